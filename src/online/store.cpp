#include "podium/online/store.hpp"

#include "data/times.hpp"
#include "online/cluster.hpp"
#include "online/columns.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>

namespace podium::inline v0::online {
namespace {

constexpr std::int64_t no_time = std::numeric_limits<std::int64_t>::min();

/// Sets the fields of a key, unless it holds a row at least as new.
/// KEYS[1]: the key.  ARGV: name of the time field, time, time to expire at (or ""), then for each feature its name,
/// "1" or "0" for a null, and its value.
constexpr char const* write_script = R"(local kept = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or nil)
if kept and kept >= tonumber(ARGV[2]) then return 0 end
for i = 4, #ARGV, 3 do
  if ARGV[i + 1] == '1' then redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 2])
  else redis.call('HDEL', KEYS[1], ARGV[i]) end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
if ARGV[3] == '' then redis.call('PERSIST', KEYS[1]) else redis.call('EXPIREAT', KEYS[1], ARGV[3]) end
return 1
)";

std::vector<std::string> key_names(model::FeatureSetSpec const& spec) {
  std::vector<std::string> out;
  for (auto const& key : spec.index_columns) out.push_back(key.name);
  return out;
}

Result<std::vector<model::FeatureColumn>> wanted(OnlineSet const& set) {
  if (set.features.empty()) return set.spec.features;
  std::vector<model::FeatureColumn> out;
  for (auto const& name : set.features) {
    auto const at = std::find_if(set.spec.features.begin(), set.spec.features.end(),
                                 [&](model::FeatureColumn const& one) { return one.name == name; });
    if (at == set.spec.features.end())
      return Error{Errc::not_found, "the set has no feature `" + name + "`"}.with("feature set", set.spec.name);
    out.push_back(*at);
  }
  return out;
}

Result<void> check(OnlineSet const& set, bool writing) {
  auto const& layout = set.layout;
  if (layout.schema != 1 && layout.schema != 2)
    return Error{Errc::invalid_argument, "there is no schema " + std::to_string(layout.schema) + ", only 1 and 2"}.with(
        "feature set", set.spec.name);
  if (writing && layout.schema == 1)
    return Error{Errc::invalid_argument, "schema 1 is read, not written: write schema 2"}.with("feature set",
                                                                                               set.spec.name);
  if (set.spec.index_columns.empty())
    return Error{Errc::invalid_argument, "the set has no key columns"}.with("feature set", set.spec.name);
  if (set.spec.timestamp_column.empty())
    return Error{Errc::invalid_argument, "the set has no timestamp column"}.with("feature set", set.spec.name);
  return {};
}

/// The lookups of one set: each key once, whichever rows ask for it.
struct SetLookup {
  OnlineSet const* set = nullptr;
  std::vector<model::FeatureColumn> features;
  std::vector<std::ptrdiff_t> of_row;  ///< into keys; -1: a part of the key is null
  std::size_t keys = 0;
  std::size_t first = 0;  ///< of its commands
  std::size_t each = 1;   ///< commands per key
};

}  // namespace

std::string_view to_string(Status status) noexcept {
  switch (status) {
    case Status::present:
      return "present";
    case Status::missing:
      return "missing";
    case Status::null_key:
      return "null_key";
    case Status::expired:
      return "expired";
  }
  return "unknown";
}

class OnlineStore::Impl {
 public:
  Impl(std::shared_ptr<Cluster> cluster, Clock& clock) : cluster_{std::move(cluster)}, clock_{clock} {}
  bool clustered() const noexcept { return cluster_->clustered(); }

  Result<LookedUp> lookup(std::span<OnlineSet const> sets, data::Table const& observations,
                          LookupOptions const& options, Context const& ctx);
  Result<Written> write(OnlineSet const& set, data::Table const& rows, WriteOptions const& options, Context const& ctx);

 private:
  std::int64_t now_s() const {
    return std::chrono::duration_cast<std::chrono::seconds>(clock_.now().time_since_epoch()).count();
  }
  std::shared_ptr<Cluster> cluster_;
  Clock& clock_;
};

namespace {

Result<SetLookup> plan(OnlineSet const& set, data::Table const& observations, std::vector<Keyed>& commands) {
  if (auto ok = check(set, false); !ok) return std::move(ok).error();
  SetLookup out;
  out.set = &set;
  auto features = wanted(set);
  if (!features) return std::move(features).error();
  out.features = *std::move(features);
  auto keys = KeyTexts::of(set.spec, observations, "observations");
  if (!keys) return std::move(keys).error().with("feature set", set.spec.name);
  auto const prefix = prefix_of(set.spec.name, set.layout);
  auto const names = key_names(set.spec);
  out.first = commands.size();
  // Rows of several key columns may have been written in either of two ways under schema 1.
  out.each = set.layout.schema == 1 && names.size() > 1 ? 2 : 1;
  std::unordered_map<std::string, std::ptrdiff_t> known;
  auto const ask = [&](std::string const& key) {
    Command command{"HMGET", key, set.spec.timestamp_column};
    for (auto const& feature : out.features) command.push_back(feature.name);
    commands.push_back({std::move(command), key});
  };
  keys->each([&](std::optional<std::vector<std::string>> const& parts) {
    if (!parts) {
      out.of_row.push_back(-1);
      return;
    }
    auto const key = key_of(prefix, set.layout, names, *parts);
    auto const [at, fresh] = known.try_emplace(key, static_cast<std::ptrdiff_t>(out.keys));
    out.of_row.push_back(at->second);
    if (!fresh) return;
    ++out.keys;
    ask(key);
    if (out.each == 2) ask(old_key_of(prefix, names, *parts));
  });
  return out;
}

/// What one key holds.
struct Row {
  Status status = Status::missing;
  std::int64_t time_s = no_time;
  std::vector<Value> values;
};

Result<Row> read(SetLookup const& plan, std::span<Reply const> replies, LookupOptions const& options,
                 std::int64_t now_s) {
  Row row;
  row.values.resize(plan.features.size());
  Reply const* found = nullptr;
  for (auto const& reply : replies) {
    if (reply.kind == Reply::Kind::error) return failure(reply);
    if (reply.kind != Reply::Kind::array || reply.items.size() != plan.features.size() + 1)
      return Error{Errc::protocol, "the server answers HMGET in an unknown way"};
    if (found == nullptr && std::any_of(reply.items.begin(), reply.items.end(),
                                        [](Reply const& one) { return one.kind != Reply::Kind::nil; }))
      found = &reply;
  }
  if (found == nullptr) return row;
  auto const& time = found->items[0];
  if (time.kind != Reply::Kind::nil) {
    char* end = nullptr;
    auto const seconds = std::strtod(time.text.c_str(), &end);
    if (end == time.text.c_str() || *end != '\0')
      return Error{Errc::protocol, "a stored timestamp is no number: `" + time.text.substr(0, 40) + "`"};
    row.time_s = static_cast<std::int64_t>(seconds);
  }
  row.status = Status::present;
  auto allowed = options.max_age;
  auto const& lookback = plan.set->spec.temporal_join_lookback;
  if (options.apply_temporal_join_lookback && lookback && lookback->count() > 0 && (!allowed || *lookback < *allowed))
    allowed = lookback;
  // Of unknown age is not fresh.
  if (allowed && (row.time_s == no_time || now_s - row.time_s > allowed->count())) {
    row.status = Status::expired;
    return row;
  }
  for (std::size_t f = 0; f < plan.features.size(); ++f) {
    auto const& stored = found->items[f + 1];
    if (stored.kind == Reply::Kind::nil) continue;
    auto value = decode(plan.features[f].type, stored.text, plan.set->layout.schema);
    if (!value) return std::move(value).error().with("feature", plan.features[f].name);
    row.values[f] = *std::move(value);
  }
  return row;
}

using Columns = std::vector<std::pair<data::SchemaNode, std::shared_ptr<data::OwnedArray const>>>;

Result<void> check_names(data::Table const& table, Columns const& columns) {
  auto const names = table.column_names();
  std::set<std::string> known{names.begin(), names.end()};
  for (auto const& column : columns)
    if (!known.insert(column.first.name).second)
      return Error{Errc::invalid_argument,
                   "column `" + column.first.name +
                       "` would be there twice; ask for names with the set's in front, or rename it"};
  return {};
}

}  // namespace

Result<LookedUp> OnlineStore::Impl::lookup(std::span<OnlineSet const> sets, data::Table const& observations,
                                           LookupOptions const& options, Context const& ctx) {
  std::vector<Keyed> commands;
  std::vector<SetLookup> plans;
  for (auto const& set : sets) {
    auto one = plan(set, observations, commands);
    if (!one) return std::move(one).error();
    plans.push_back(*std::move(one));
  }
  auto replies = cluster_->run(commands, 2048, ctx);
  if (!replies) return std::move(replies).error();

  auto const now = now_s();
  LookedUp out;
  Columns columns;
  for (auto const& plan : plans) {
    auto const& name = plan.set->spec.name;
    std::vector<Row> rows;
    for (std::size_t key = 0; key < plan.keys; ++key) {
      auto row = read(plan, std::span{*replies}.subspan(plan.first + key * plan.each, plan.each), options, now);
      if (!row) return std::move(row).error().with("feature set", name);
      rows.push_back(*std::move(row));
    }
    Row const nobody{Status::null_key, no_time, std::vector<Value>(plan.features.size())};
    auto& status = out.status.emplace_back();
    auto& time = out.time_s.emplace_back();
    for (auto const at : plan.of_row) {
      auto const& row = at < 0 ? nobody : rows[static_cast<std::size_t>(at)];
      status.push_back(row.status);
      time.push_back(row.time_s);
    }
    auto const before = options.prefix_with_set ? name + "__" : std::string{};
    auto const add = [&](std::string const& type, std::string column, auto const& value_of) -> Result<void> {
      FeatureBuilder builder{type};
      for (std::size_t r = 0; r < plan.of_row.size(); ++r) builder.append(value_of(r));
      auto made = builder.finish(std::move(column));
      if (!made) return std::move(made).error().with("feature set", name);
      columns.push_back(*std::move(made));
      return {};
    };
    for (std::size_t f = 0; f < plan.features.size(); ++f) {
      auto const& feature = plan.features[f];
      auto ok = add(feature.type, before + feature.name, [&](std::size_t r) -> Value const& {
        auto const at = plan.of_row[r];
        return (at < 0 ? nobody : rows[static_cast<std::size_t>(at)]).values[f];
      });
      if (!ok) return std::move(ok).error();
    }
    if (options.with_age) {
      auto ok = add("long", name + "__age_s", [&](std::size_t r) {
        return time[r] == no_time ? Value{} : Value{.kind = Value::Kind::integer, .integer = now - time[r]};
      });
      if (!ok) return std::move(ok).error();
    }
    if (options.with_status) {
      auto ok = add("string", name + "__status", [&](std::size_t r) {
        return Value{.kind = Value::Kind::text, .text = std::string{to_string(status[r])}};
      });
      if (!ok) return std::move(ok).error();
    }
  }
  if (auto ok = check_names(observations, columns); !ok) return std::move(ok).error();
  out.table = with_columns(observations, std::move(columns));
  return out;
}

Result<Written> OnlineStore::Impl::write(OnlineSet const& set, data::Table const& rows, WriteOptions const& options,
                                         Context const& ctx) {
  auto const inside = [&](Error error) { return std::move(error).with("feature set", set.spec.name); };
  if (auto ok = check(set, true); !ok) return std::move(ok).error();
  auto features = wanted(set);
  if (!features) return std::move(features).error();
  auto keys = KeyTexts::of(set.spec, rows, "feature rows");
  if (!keys) return inside(std::move(keys).error());
  auto const time_column = data::find_column(rows.state(), set.spec.timestamp_column);
  if (!time_column) return inside(time_column.error());
  auto times = data::read_times(rows.state(), *time_column, data::Tick::micro, set.spec.timestamp_format, true);
  if (!times) return inside(std::move(times).error().with("column", set.spec.timestamp_column));
  std::vector<std::int64_t> created;
  if (rows.has_column("create_timestamp")) {
    auto const column = data::find_column(rows.state(), "create_timestamp");
    if (!column) return inside(column.error());
    auto read = data::read_times(rows.state(), *column, data::Tick::micro, {}, true);
    if (!read) return inside(std::move(read).error().with("column", "create_timestamp"));
    created = *std::move(read);
  }
  std::vector<FeatureReader> readers;
  for (auto const& feature : *features) {
    auto reader = FeatureReader::of(feature, rows);
    if (!reader) return inside(std::move(reader).error());
    readers.push_back(*std::move(reader));
  }

  // The newest row of each key: by time, then by when it was written, then by place.
  Written out;
  auto const prefix = prefix_of(set.spec.name, set.layout);
  auto const names = key_names(set.spec);
  std::unordered_map<std::string, std::size_t> known;
  std::vector<std::pair<std::string, std::int64_t>> newest;
  std::int64_t row = 0;
  keys->each([&](std::optional<std::vector<std::string>> const& parts) {
    auto const r = static_cast<std::size_t>(row);
    auto const here = row++;
    if (!parts || (*times)[r] == data::null_time) {
      ++out.skipped;
      return;
    }
    auto key = key_of(prefix, set.layout, names, *parts);
    auto const [at, fresh] = known.try_emplace(key, newest.size());
    if (fresh) {
      newest.emplace_back(std::move(key), here);
      return;
    }
    auto& kept = newest[at->second].second;
    auto const rank = [&](std::int64_t one) {
      auto const i = static_cast<std::size_t>(one);
      return std::pair{(*times)[i], created.empty() ? 0 : created[i]};
    };
    if (rank(kept) <= rank(here)) kept = here;
  });
  out.rows = static_cast<std::int64_t>(newest.size());

  auto const sha = sha1(write_script);
  auto const lookback = set.spec.temporal_join_lookback.value_or(std::chrono::seconds{0}).count();
  auto const now = now_s();
  std::vector<Keyed> commands;
  for (auto const& [key, at] : newest) {
    auto const time = data::floor_div((*times)[static_cast<std::size_t>(at)], 1'000'000);
    if (lookback > 0 && time + lookback <= now) {
      ++out.expired;
      continue;
    }
    Command command{"EVALSHA",
                    sha,
                    "1",
                    key,
                    set.spec.timestamp_column,
                    std::to_string(time),
                    lookback > 0 ? std::to_string(time + lookback) : std::string{}};
    for (std::size_t f = 0; f < readers.size(); ++f) {
      auto const value = readers[f].at(at);
      command.push_back((*features)[f].name);
      command.emplace_back(value.kind == Value::Kind::null ? "0" : "1");
      auto bytes = value.kind == Value::Kind::null ? Result<std::string>{std::string{}}
                                                   : encode((*features)[f].type, value, set.layout.wide_longs);
      if (!bytes)
        return inside(std::move(bytes).error().with("row", std::to_string(at)).with("feature", (*features)[f].name));
      command.push_back(*std::move(bytes));
    }
    commands.push_back({std::move(command), key});
  }

  // The first one brings the script along; other nodes of a cluster ask for it.
  if (!commands.empty()) {
    commands.front().command[0] = "EVAL";
    commands.front().command[1] = write_script;
  }
  auto replies = cluster_->run(commands, options.batch, ctx);
  if (!replies) return inside(std::move(replies).error());
  // A server that does not know the script yet learns it with the command.
  std::vector<Keyed> anew;
  for (std::size_t i = 0; i < commands.size(); ++i)
    if ((*replies)[i].is_error("NOSCRIPT")) {
      commands[i].command[0] = "EVAL";
      commands[i].command[1] = write_script;
      anew.push_back(std::move(commands[i]));
    } else if ((*replies)[i].kind == Reply::Kind::error) {
      return inside(failure((*replies)[i]));
    } else {
      out.written += (*replies)[i].integer;
    }
  if (!anew.empty()) {
    auto more = cluster_->run(anew, options.batch, ctx);
    if (!more) return inside(std::move(more).error());
    for (auto const& reply : *more) {
      if (reply.kind == Reply::Kind::error) return inside(failure(reply));
      out.written += reply.integer;
    }
  }
  return out;
}

Result<OnlineStore> OnlineStore::connect(RedisOptions options, Context const& ctx, Clock* clock) {
  try {
    auto cluster = Cluster::connect(std::move(options), ctx);
    if (!cluster) return std::move(cluster).error();
    return OnlineStore{std::make_shared<Impl>(*std::move(cluster), clock ? *clock : system_clock())};
  } catch (std::exception const& error) {
    return Error{Errc::unavailable, std::string{"the connection cannot be set up: "} + error.what()};
  }
}

Result<LookedUp> OnlineStore::lookup(std::span<OnlineSet const> sets, data::Table const& observations,
                                     LookupOptions const& options, Context const& ctx) const {
  try {
    return impl_->lookup(sets, observations, options, ctx);
  } catch (std::bad_alloc const&) {
    return Error{Errc::exhausted, "out of memory while looking features up"};
  } catch (std::exception const& error) {
    return Error{Errc::internal, std::string{"looking features up failed: "} + error.what()};
  }
}

Result<Written> OnlineStore::write(OnlineSet const& set, data::Table const& rows, WriteOptions const& options,
                                   Context const& ctx) const {
  try {
    return impl_->write(set, rows, options, ctx);
  } catch (std::bad_alloc const&) {
    return Error{Errc::exhausted, "out of memory while writing features"};
  } catch (std::exception const& error) {
    return Error{Errc::internal, std::string{"writing features failed: "} + error.what()};
  }
}

bool OnlineStore::clustered() const noexcept { return impl_->clustered(); }

}  // namespace podium::inline v0::online
