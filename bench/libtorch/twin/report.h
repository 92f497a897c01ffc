// What was found, as text for people and JSON for programs, and whether it is what it should be.
#pragma once

#include <string>
#include <vector>

#include "bench/libtorch/twin/lockstep.h"
#include "bench/libtorch/twin/race.h"

namespace impasto::twin {

// A setting at the last picture of the lockstep.
struct SettingRow {
  Setting setting;
  std::string skipped;  // why it was not run
  SettingDifference difference;
};

struct Results {
  std::string machine;  // what ran, and where
  std::vector<LockstepRow> lockstep;
  std::vector<SettingRow> settings;
  std::vector<Racer> racers;  // empty when there was no free run
};

// Every iteration of the lockstep and every exact setting within the limits, and all that ran to
// the end at losses within 2 % of ours.
bool agrees(const Results& results);

std::string lockstep_heading();
std::string lockstep_line(const LockstepRow& row);
std::string layers_text(const std::vector<LockstepRow>& rows);
std::string settings_text(const std::vector<SettingRow>& rows);
std::string race_text(const std::vector<Racer>& racers);
std::string verdict_text(const Results& results);

std::string to_json(const Results& results);

}  // namespace impasto::twin
