// What training and evaluation are made from, as options: pictures, teachers, layers.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tools/impasto/setup.h"
#include "tools/train/evaluation.h"
#include "tools/train/pictures.h"

namespace impasto::cli {

struct TrainSources {
  std::vector<std::string> photos, paintings;  // folders
  std::vector<std::string> teachers;           // files, best first
  std::vector<std::string> layers = {"relu1_1", "relu2_1", "relu3_1",
                                     "relu4_1", "relu4_2", "relu5_1"};
  std::int64_t short_side = 288;
};
void add_source_options(CLI::App& command, TrainSources& sources);

struct TrainPictures {
  train::PictureSet photos, paintings;
};
// Reports files that are skipped, and how many there are, on stderr.
TrainPictures load_train_pictures(Context& host, const TrainSources& sources);

std::vector<Tensor> to_floats(const std::vector<train::Picture>& pictures);
std::vector<Tensor> validation_pictures(const TrainPictures& pictures);

// What was read, for the record: keys train.photos, train.paintings, train.teachers,
// train.teachers.license, train.layers.
std::map<std::string, std::string> describe_sources(const TrainSources& sources,
                                                    const TrainPictures& pictures);

// Without --teacher, those that `impasto weights list` shows, into `sources`. Says on stderr who
// teaches. Scaled to a mean activation of 1 a layer over the pictures, as the student will be:
// heads would else have to grow a hundredfold first.
train::Teachers load_teachers(Context& context, TrainSources& sources,
                              const std::vector<Tensor>& pictures);

// A table on stdout, and JSON to a file, or to stdout for "-", where it is then alone; "" for no
// JSON.
void show_evaluation(const std::vector<train::LayerEvaluation>& layers, std::size_t pictures,
                     const std::string& json);

}  // namespace impasto::cli
