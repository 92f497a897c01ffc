#include "tools/impasto/train_options.h"

#include <algorithm>
#include <filesystem>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "tensor/atomic_file.h"
#include "tools/train/normalise.h"
#include "weights/builtin.h"
#include "weights/digest.h"
#include "weights/find.h"
#include "weights/weights.h"

namespace impasto::cli {
namespace {

void report_skipped(const train::PictureSet& set) {
  for (const std::string& reason : set.skipped) note("skipped: " + reason);
}

std::string describe_pictures(const train::PictureSet& set) {
  if (set.training.empty()) return "none";
  std::string text = fmt::format("{} pictures, fnv {}, held out:", set.training.size(),
                                 train::digest_of(set.training));
  for (const train::Picture& picture : set.validation) text += " " + picture.name;
  return text;
}

}  // namespace

void add_source_options(CLI::App& command, TrainSources& s) {
  const char* group = "What to learn from";
  command.add_option("--photos", s.photos, "Folders of photographs; one in ten is held out")
      ->required()
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->type_name("FOLDER")
      ->group(group);
  command.add_option("--paintings", s.paintings, "Folders of paintings; one in ten is held out")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->type_name("FOLDER")
      ->group(group);
  command
      .add_option("--teacher", s.teachers,
                  "Weights to learn from; may be given again, and each layer is taught by the "
                  "first that has it; default: those that `impasto weights list` shows")
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->type_name("FILE")
      ->group(group);
  command.add_option("--layers", s.layers, "Layers to learn, separated by commas")
      ->delimiter(',')
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->capture_default_str()
      ->group(group);
  command.add_option("--short-side", s.short_side, "Larger pictures are shrunk to this")
      ->check(CLI::Range(std::int64_t{16}, std::int64_t{4096}))
      ->capture_default_str()
      ->group(group);
}

TrainPictures load_train_pictures(Context& host, const TrainSources& sources) {
  TrainPictures pictures;
  pictures.photos = train::load_pictures(host, sources.photos, sources.short_side);
  if (!sources.paintings.empty()) {
    pictures.paintings = train::load_pictures(host, sources.paintings, sources.short_side);
  }
  report_skipped(pictures.photos);
  report_skipped(pictures.paintings);
  note(fmt::format("{} photographs and {} paintings to train on, {} and {} held out",
                   pictures.photos.training.size(), pictures.paintings.training.size(),
                   pictures.photos.validation.size(), pictures.paintings.validation.size()));
  return pictures;
}

std::vector<Tensor> to_floats(const std::vector<train::Picture>& pictures) {
  std::vector<Tensor> all;
  for (const train::Picture& picture : pictures) all.push_back(train::to_floats(picture));
  return all;
}

std::vector<Tensor> validation_pictures(const TrainPictures& pictures) {
  std::vector<Tensor> all = to_floats(pictures.photos.validation);
  for (Tensor& painting : to_floats(pictures.paintings.validation)) all.push_back(painting);
  return all;
}

std::map<std::string, std::string> describe_sources(const TrainSources& sources,
                                                    const TrainPictures& pictures) {
  std::vector<std::string> teachers, licenses;
  for (const std::string& path : sources.teachers) {
    teachers.push_back(fmt::format("{} sha256 {}", std::filesystem::path(path).filename().string(),
                                   file_digest(path, Digest::sha256)));
    const auto metadata = open_weights(path).metadata;
    const auto license = metadata.find("license");
    licenses.push_back(license == metadata.end() ? "not stated" : license->second);
  }
  return {{"train.photos", describe_pictures(pictures.photos)},
          {"train.paintings", describe_pictures(pictures.paintings)},
          {"train.teachers", fmt::format("{}", fmt::join(teachers, "; "))},
          {"train.teachers.license", fmt::format("{}", fmt::join(licenses, "; "))},
          {"train.layers", fmt::format("{}", fmt::join(sources.layers, ","))}};
}

train::Teachers load_teachers(Context& context, TrainSources& sources,
                              const std::vector<Tensor>& pictures) {
  const bool given = !sources.teachers.empty();
  if (!given) {
    for (const FoundWeights& found : list_weights()) {
      if (found.path != kBuiltinWeights) sources.teachers.push_back(found.path);
    }
  }
  if (sources.teachers.empty()) {
    throw InputError(
        "no weights to learn from: name them with --teacher, or get the original network with "
        "`impasto weights fetch vgg19`");
  }
  std::vector<VggSpec> specs;
  std::vector<std::string> left = sources.layers, used;
  for (const std::string& path : sources.teachers) {
    VggSpec spec = vgg_spec(read_weights(path), path);
    std::vector<std::string> taught;
    for (const VggSpec::Conv& conv : spec.convs) {
      const std::string name = "relu" + conv.name().substr(4);
      if (std::erase(left, name) > 0) taught.push_back(name);
    }
    if (taught.empty()) {
      if (given) note(fmt::format("{} teaches nothing that is asked for", path));
      continue;
    }
    note(fmt::format("{} teaches {}", path, fmt::join(taught, ", ")));
    specs.push_back(train::normalised(spec, train::mean_activations(context, spec, pictures),
                                      train::Normalisation::layer));
    used.push_back(path);
  }
  sources.teachers = used;
  return {specs, sources.layers, context.device()};
}

void show_evaluation(const std::vector<train::LayerEvaluation>& layers, std::size_t pictures,
                     const std::string& json) {
  nlohmann::ordered_json document;
  document["pictures"] = pictures;
  document["layers"] = nlohmann::ordered_json::object();
  for (const train::LayerEvaluation& one : layers) {
    document["layers"][one.layer] = {{"relative_error", one.relative_error},
                                     {"spearman", one.spearman}};
  }
  const std::string text = document.dump(2) + "\n";
  if (json == "-") {
    fmt::print("{}", text);
    return;
  }
  fmt::print("{:<10}{:>16}{:>18}   {} pictures\n", "layer", "relative error", "Gram distances",
             pictures);
  for (const train::LayerEvaluation& one : layers) {
    fmt::print("{:<10}{:>16.4f}{:>18.4f}\n", one.layer, one.relative_error, one.spearman);
  }
  if (!json.empty()) write_file_atomically(json, std::as_bytes(std::span(text)));
}

}  // namespace impasto::cli
