// Where the time goes, operation by operation.
#include "internal.hpp"

#include <ATen/record_function.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <sstream>
#include <vector>

using namespace regnas;

namespace {

using Clock = std::chrono::steady_clock;

struct Entry {
  double seconds = 0;
  int64_t calls = 0;
};

// One measurement at a time; libtorch's callbacks carry no state of ours.
std::mutex mutex;
std::map<std::string, Entry> entries;
at::CallbackHandle callback = 0;
bool active = false;

// What operations called by the ones under way took, outermost first.
thread_local std::vector<double> inner;

struct Context : at::ObserverContext {
  Clock::time_point start = Clock::now();
};

std::unique_ptr<at::ObserverContext> begin(const at::RecordFunction &) {
  inner.push_back(0);
  return std::make_unique<Context>();
}

void end(const at::RecordFunction &function, at::ObserverContext *context) {
  const auto start = static_cast<Context *>(context)->start;
  const double total = std::chrono::duration<double>(Clock::now() - start).count();
  const double own = total - (inner.empty() ? 0 : inner.back());
  if (!inner.empty()) inner.pop_back();
  if (!inner.empty()) inner.back() += total;
  std::lock_guard<std::mutex> guard(mutex);
  auto &entry = entries[function.name()];
  entry.seconds += own;
  entry.calls++;
}

}  // namespace

int rt_profile_start(rt_message *error) {
  return guarded(error, [&] {
    std::lock_guard<std::mutex> guard(mutex);
    TORCH_CHECK(!active, "a profile is being taken already");
    entries.clear();
    callback = at::addGlobalCallback(
      at::RecordFunctionCallback(begin, end)
        .scopes({at::RecordScope::FUNCTION, at::RecordScope::BACKWARD_FUNCTION}));
    active = true;
  });
}

int rt_profile_stop(char **text, rt_message *error) {
  return guarded(error, [&] {
    TORCH_CHECK(active, "no profile is being taken");
    at::removeCallback(callback);
    std::lock_guard<std::mutex> guard(mutex);
    active = false;
    std::ostringstream lines;
    for (const auto &[name, entry] : entries)
      lines << entry.seconds << '\t' << entry.calls << '\t' << name << '\n';
    *text = strdup(lines.str().c_str());
  });
}
