#include "tools/impasto/interrupt.h"

#include <csignal>

namespace impasto::cli {
namespace {

volatile std::sig_atomic_t received = 0;

void on_signal(int signal) {
  received = signal;
  std::signal(signal, SIG_DFL);
}

}  // namespace

void catch_interrupts() {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
}

int interrupted() {
  return received;
}

}  // namespace impasto::cli
