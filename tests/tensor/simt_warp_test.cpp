#include "tests/tensor/simt_kernels.h"
