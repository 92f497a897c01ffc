// The pictures of a training run: folders, decoded once and kept as bytes at a bounded size.
#pragma once

#include <string>
#include <vector>

#include "tensor/context.h"
#include "tensor/tensor.h"

namespace impasto::train {

struct Picture {
  std::string name;  // of the file, without its folder
  Tensor bytes;      // u8 [h, w, 3], RGB
};

struct PictureSet {
  std::vector<Picture> training;
  std::vector<Picture> validation;   // never trained on
  std::vector<std::string> skipped;  // one line each: why a file could not be read
};

// Every picture of the folders (not of folders in them), by name. Larger ones are shrunk to the
// given short side. One of `every`, picked by a hash of the names so that neither the order nor the
// folder matters, is for validation. Files that are no pictures by their names are passed over,
// unreadable ones listed. Throws InputError when a folder cannot be read or has no picture to train
// on.
PictureSet load_pictures(Context& host, const std::vector<std::string>& folders,
                         std::int64_t short_side, int every = 10);

// f32 [1, h, w, 3], 0..255.
Tensor to_floats(const Picture& picture);

// Hexadecimal, of names and contents in order.
std::string digest_of(const std::vector<Picture>& pictures);

}  // namespace impasto::train
