#include "tools/train/pictures.h"

#include <filesystem>
#include <set>

#include <doctest/doctest.h>

#include "style/image.h"
#include "tensor/random.h"
#include "tests/support/compare.h"
#include "tests/support/files.h"

namespace impasto {
namespace {

using test::TemporaryFolder;

void save_noise(const std::string& path, std::int64_t h, std::int64_t w, std::uint64_t seed) {
  Image image{Tensor::empty({h, w, 3}), {}};
  fill_uniform(image.rgb, seed, 0, 255);
  save_image(path, image);
}

std::set<std::string> names_of(const std::vector<train::Picture>& pictures) {
  std::set<std::string> names;
  for (const train::Picture& picture : pictures) names.insert(picture.name);
  return names;
}

TEST_CASE("one in so many is held out, whatever the folder") {
  const TemporaryFolder one, left, right;
  for (int i = 0; i < 12; ++i) {
    const std::string name = fmt::format("{}.png", i);
    save_noise(one / name, 20, 24, static_cast<std::uint64_t>(i));
    save_noise((i % 2 == 0 ? left : right) / name, 20, 24, static_cast<std::uint64_t>(i));
  }
  Context host;
  const train::PictureSet whole = train::load_pictures(host, {one.path()}, 16, 4);
  CHECK(whole.training.size() == 9);
  CHECK(whole.validation.size() == 3);
  CHECK(whole.skipped.empty());
  CHECK(whole.training[0].bytes.shape() == Shape{16, 19, 3});
  const train::PictureSet split = train::load_pictures(host, {right.path(), left.path()}, 16, 4);
  CHECK(names_of(split.validation) == names_of(whole.validation));
  CHECK(train::digest_of(split.training) == train::digest_of(whole.training));
  CHECK(train::digest_of(whole.validation) != train::digest_of(whole.training));
}

TEST_CASE("bytes are the file's, rounded") {
  const TemporaryFolder folder;
  save_noise(folder / "a.png", 8, 9, 1);
  Context host;
  const train::PictureSet set = train::load_pictures(host, {folder.path()}, 16);
  REQUIRE(set.training.size() == 1);
  CHECK(set.validation.empty());
  const Image image = load_image(folder / "a.png");
  CHECK(test::compare_exact(train::to_floats(set.training[0]).reshape({8, 9, 3}), image.rgb).ok);
}

TEST_CASE("a broken picture is skipped and named, other files are passed over") {
  const TemporaryFolder folder;
  save_noise(folder / "good.png", 20, 20, 1);
  test::write_file(folder / "broken.jpg", "\xff\xd8 nothing");
  test::write_file(folder / "notes.txt", "no picture");
  std::filesystem::create_directory(folder / "more.png");
  Context host;
  const train::PictureSet set = train::load_pictures(host, {folder.path()}, 16);
  CHECK(names_of(set.training) == std::set<std::string>{"good.png"});
  REQUIRE(set.skipped.size() == 2);
  CHECK(set.skipped[0].find("broken.jpg") != std::string::npos);
  CHECK(set.skipped[1].find("more.png") != std::string::npos);
}

TEST_CASE("a folder that is empty, broken or missing is the user's error") {
  const TemporaryFolder folder;
  Context host;
  const auto load = [&](const std::string& name) { train::load_pictures(host, {name}, 16); };
  CHECK_THROWS_WITH_AS(load(folder.path()), doctest::Contains("no picture to train on in"),
                       InputError);
  test::write_file(folder / "broken.jpg", "nothing");
  CHECK_THROWS_WITH_AS(load(folder.path()), doctest::Contains("none of them could be read"),
                       InputError);
  CHECK_THROWS_WITH_AS(load(folder / "missing"), doctest::Contains("cannot read the folder"),
                       InputError);
}

}  // namespace
}  // namespace impasto
