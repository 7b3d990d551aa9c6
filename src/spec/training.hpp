#pragma once

#include "spec/reader.hpp"

namespace podium::inline v0::spec {

/// What the service needs of a job that trains, besides what the official client does.
/// Images: the official client itself fails without training data.
void check_image_training(Reader& reader, Node const& node, Value& value);
void check_distillation(Reader& reader, Node const& node, Value& value);
void check_teacher_connection(Reader& reader, Node const& node, Value& value);
void check_training_data(Reader& reader, Node const& node, Value& value);

}  // namespace podium::inline v0::spec
