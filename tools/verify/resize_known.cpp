// resize against what PyTorch and Pillow make of one small picture.
#include "ops/resize/resize.h"
#include "tests/support/random_tensors.h"
#include "tools/verify/cases.h"

namespace impasto::verify {
namespace {

using namespace test;

// What PyTorch 1.13 and Pillow 9.4 make of this 5 x 6 picture, f32; Pillow's in mode 'F'.
//   python3 -c "import numpy as np, torch, torch.nn.functional as F; from PIL import Image
//   a = np.array([i * i * 7 % 23 for i in range(30)], np.float32).reshape(5, 6)
//   t = torch.tensor(a).double()[None, None]
//   for s in ((7, 4), (3, 9)):
//     print(F.interpolate(t, size=s, mode='bilinear'), F.interpolate(t, size=s,
//     mode='nearest-exact')) for m in (Image.BICUBIC, Image.LANCZOS):
//       print(np.asarray(Image.fromarray(a, 'F').resize(s[::-1], m)))"
Tensor small_picture() {
  Tensor picture = Tensor::empty({1, 5, 6, 1});
  for (int i = 0; i < 30; ++i) picture.data<float>()[i] = static_cast<float>(i * i * 7 % 23);
  return picture;
}

struct Known {
  ResizeMode mode;
  std::int64_t oh, ow;
  std::vector<float> values;
};

const Known kKnown[] = {
    {ResizeMode::bilinear, 7, 4, {1.75f,     5.5f,      17.75f,    15.5f,     13.17857f, 10.07143f,
                                  15.46429f, 16.21429f, 20.32143f, 13.57143f, 13.67857f, 18.17857f,
                                  16.75f,    13.75f,    13.5f,     21.75f,    15.85714f, 16.60714f,
                                  7.785714f, 7.464286f, 11.64286f, 16.14286f, 11.07143f, 9.571429f,
                                  6.5f,      14,        18.5f,     20}},
    {ResizeMode::nearest, 7, 4, {0,  5,  17, 14, 22, 11, 15, 19, 22, 11, 15, 19, 19, 15,
                                 11, 22, 14, 17, 5,  0,  14, 17, 5,  0,  7,  17, 20, 22}},
    {ResizeMode::bicubic, 7, 4, {1.265294f, 5.877831f, 17.90064f, 16.34697f, 13.8604f,  11.17579f,
                                 14.5299f,  15.53523f, 21.97211f, 14.58882f, 12.80912f, 17.77022f,
                                 15.6877f,  12.38897f, 14.69066f, 22.10841f, 16.74583f, 16.58281f,
                                 7.593453f, 6.158628f, 11.68041f, 16.05223f, 10.95635f, 8.398314f,
                                 5.086012f, 13.05308f, 18.72975f, 19.94057f}},
    {ResizeMode::lanczos, 7, 4, {0.6679025f, 5.519972f, 18.24657f, 16.69539f, 13.7934f,  11.37233f,
                                 14.02713f,  14.86489f, 23.4169f,  14.92779f, 12.52175f, 18.93843f,
                                 15.75028f,  11.84404f, 14.92545f, 22.38461f, 17.25573f, 16.49449f,
                                 7.047951f,  5.683919f, 11.4346f,  16.46352f, 10.87272f, 7.697587f,
                                 4.229078f,  13.06779f, 19.41769f, 20.41758f}},
    {ResizeMode::bilinear, 3, 9, {7.333333f, 9.5f,      10.88889f, 7.777778f, 11.66667f, 16.38889f,
                                  16.61111f, 16.16667f, 15.66667f, 19,        14.5f,     10.83333f,
                                  14.16667f, 13,        12.66667f, 19.33333f, 21.5f,     22,
                                  9.333333f, 9.666667f, 11.16667f, 15.83333f, 16,        14.44444f,
                                  12.22222f, 13.16667f, 14.66667f}},
    {ResizeMode::nearest, 3, 9, {0,  7,  7,  5,  17, 17, 20, 14, 14, 19, 10, 10, 15, 11,
                                 11, 21, 22, 22, 7,  5,  5,  17, 20, 20, 14, 22, 22}},
    {ResizeMode::bicubic, 3, 9, {9.156883f, 11.33937f, 12.27368f, 7.483797f, 11.57981f, 16.93437f,
                                 16.06756f, 16.28959f, 16.70911f, 19.93586f, 17.72996f, 15.20775f,
                                 15.11783f, 12.01076f, 10.2805f,  14.39657f, 15.96936f, 16.20067f,
                                 9.560324f, 10.03348f, 12.05249f, 16.69751f, 15.85096f, 12.93501f,
                                 11.17931f, 11.53122f, 12.36093f}},
    {ResizeMode::lanczos, 3, 9, {8.91878f,  11.56081f, 11.7893f,  7.153123f, 11.50249f, 17.74367f,
                                 16.54641f, 16.58162f, 17.60503f, 20.94021f, 18.69761f, 15.96362f,
                                 15.57024f, 11.59938f, 9.610259f, 13.62538f, 15.8417f,  15.58693f,
                                 9.083902f, 9.162575f, 12.06f,    16.75747f, 16.19291f, 12.5436f,
                                 11.16518f, 11.38314f, 11.96042f}},
};

void known(Session& s) {
  for (const Known& each : kKnown) {
    const ResizeProblem p{1, 5, 6, 1, each.oh, each.ow, each.mode, DType::f32};
    const Shape shape{1, each.oh, each.ow, 1};
    s.for_all_kernels(resize_forward_table(), p, [&](auto& kernel) {
      Tensor dst = poisoned(shape);
      kernel.run({small_picture(), dst});
      // The literals have seven digits.
      kernel.check("agrees with PyTorch and Pillow",
                   compare(dst, Tensor::from<float>(shape, each.values), 1e-5));
    });
  }
}

constexpr Case kCases[] = {
    {"resize.fwd", "agrees with PyTorch and Pillow", known},
};

}  // namespace

Cases resize_known_cases() {
  return kCases;
}

}  // namespace impasto::verify
