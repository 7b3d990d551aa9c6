#pragma once

/// Everything public, for programs that do not mind compiling it all.
#include "podium/connect.hpp"
#include "podium/data/delta.hpp"
#include "podium/data/parquet_sink.hpp"
#include "podium/data/view.hpp"
#include "podium/feature_store.hpp"
#include "podium/features/materialize.hpp"
#include "podium/features/retrieval_spec.hpp"
#include "podium/features/retrieve.hpp"
#include "podium/gate/evaluate.hpp"
#include "podium/gate/report.hpp"
#include "podium/online/store.hpp"
#include "podium/promote.hpp"
#include "podium/rollout/collect.hpp"
#include "podium/rollout/drive.hpp"
#include "podium/rollout/ledger.hpp"
#include "podium/spec/validate.hpp"
