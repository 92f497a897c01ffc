// How much of what its teachers see does an encoder see?
#pragma once

#include <string>
#include <vector>

#include "tools/train/teachers.h"

namespace impasto::train {

struct LayerEvaluation {
  std::string layer;
  // Of the teacher's features through the best linear map of the encoder's: least_squares.h.
  double relative_error = 0;
  // Of the distances between Gram matrices, the encoder's own and the teacher's, over all pairs of
  // pictures.
  double spearman = 0;
};

// Of each layer that the teachers teach and the encoder has. pictures: [1, h, w, 3], RGB, 0..255.
std::vector<LayerEvaluation> evaluate_encoder(Context& context, Vgg& encoder, Teachers& teachers,
                                              const std::vector<Tensor>& pictures);

}  // namespace impasto::train
