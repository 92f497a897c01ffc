// What a student is asked for. With S its features at a layer, T the teacher's, H the layer's head,
// and the Gram matrix of a feature map G(F) = F^T F / (h w c), for each layer the sum of
//
//   features   |S H - T|^2 / |T|^2                 the features, through the best linear map
//   gram       |G(S H) - G(T)|^2 / |G(T)|^2        what style losses compare
//   geometry   see gram_geometry.h                 the same of S itself, for H is dropped
//
// times its weight. No term depends on a teacher's scale. Features decide how near the student
// comes to the teacher and how well it paints; a little of the others makes distances between Gram
// matrices right.
//
// Distillation: Hinton, Vinyals and Dean, 2015. Features through a linear head: Romero et al.,
// "FitNets", ICLR 2015. For style transfer: Wang et al., "Collaborative distillation for
// ultra-resolution universal style transfer", CVPR 2020.
#pragma once

#include <string>
#include <vector>

#include "tools/train/student.h"
#include "tools/train/teachers.h"

namespace impasto::train {

struct DistillationWeights {
  double features = 1;
  double gram = 0.1;
  double geometry = 0.02;
  std::vector<double> layers;  // times this, one a layer; empty: all weigh alike
};

// f64 scalars.
struct LayerTerms {
  std::string layer;
  Variable features, gram, geometry;  // with their weights; undefined where that is 0
};

struct Distillation {
  Variable total;
  std::vector<LayerTerms> layers;  // in network order
};

// pictures [n, h, w, 3], RGB, 0..255, on the context's device.
Distillation distil(Context& context, Student& student, Teachers& teachers,
                    const DistillationWeights& weights, const Tensor& pictures);

}  // namespace impasto::train
