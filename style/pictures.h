// From pictures as files have them to what the optimisation works on, and back.
#pragma once

#include <optional>
#include <vector>

#include "style/image.h"
#include "style/stylize.h"

namespace impasto {

struct PictureSizes {
  std::int64_t size = 512;      // long side of the result; 0 = the content picture's own
  bool enlarge = false;         // whether a smaller content picture is enlarged to `size`
  std::int64_t style_size = 0;  // long side of the style pictures; 0 = style_scale x the result's
  double style_scale = 1;       // without style_size, style pictures are only ever shrunk
};

struct Pictures {
  Image content;
  std::vector<Image> styles;
  std::optional<Image> init;
};

// [h, w, 3] <-> [1, h, w, 3], the same storage.
Tensor to_batch(const Image& image);

// Scales the pictures in place and makes the tensors; the content's alpha is kept aside in
// `pictures`. Throws InputError when settings ask for a start picture that is not there.
StylizeInputs prepare_inputs(Context& context, Pictures& pictures, const PictureSizes& sizes,
                             const StylizeSettings& settings);

// The picture to save: clamped, with the content's alpha, and in the content's colours when asked
// to.
Image finish_picture(const Tensor& image, const Image& content, bool original_colors);

}  // namespace impasto
