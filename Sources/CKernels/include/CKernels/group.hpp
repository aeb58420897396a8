// Threads that take one batch through a network together, each a share of its images.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

namespace regnas {

class Team {
 public:
  explicit Team(int size) : size_(size), slots_(2 * static_cast<size_t>(size)) {}

  // The one that the calling thread is a member of, or null. Its operations are then on a share.
  static Team *current();

  // Runs `body` as one of the team.
  template <class Body>
  void as_member(int index, Body body) {
    join(index);
    body();
    leave();
  }

  // Lets those who wait, or will, for this member fail too.
  void fail() { failed_.store(true, std::memory_order_release); }

  // Every member hands in `values` and gets the sums over members, added in their order. Members have to
  // call it equally often, in the same order and with equally many values. Throws std::runtime_error
  // when another member failed.
  void add_up(std::vector<double> &values);

 private:
  void join(int index);
  void leave();

  const int size_;
  // Of every member, for this exchange and the next: who is at the next one has read this one's.
  std::vector<std::vector<double>> slots_;
  std::atomic<uint64_t> arrivals_{0};
  std::atomic<bool> failed_{false};
};

}  // namespace regnas
