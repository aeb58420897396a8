// Groups of threads of this process. Each rank hands in what it has and waits, without a lock, until all
// have; then each reads what the others handed in.
#include <CKernels/group.hpp>
#include <CKernels/threads.hpp>

#include <algorithm>
#include <atomic>
#include <limits>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <thread>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace regnas {

const char *const kFailureOfAnotherRank = "another rank of the group failed";

namespace {

enum class Operation { sum, all_reduce, broadcast, all_gather, barrier, end_of_reading };

// What a rank hands in.
struct Contribution {
  Operation operation = Operation::barrier;
  // The reduction, or the rank that broadcasts.
  int detail = 0;
  std::vector<double> values;
  at::Tensor tensor;

  bool agrees_with(const Contribution &other) const {
    if (operation != other.operation || detail != other.detail) return false;
    if (values.size() != other.values.size() || tensor.defined() != other.tensor.defined())
      return false;
    if (!tensor.defined()) return true;
    // Gathered tensors may differ in their first size.
    const size_t skipped = operation == Operation::all_gather && tensor.dim() > 0 ? 1 : 0;
    return tensor.scalar_type() == other.tensor.scalar_type() &&
           tensor.dim() == other.tensor.dim() &&
           tensor.sizes().slice(skipped) == other.tensor.sizes().slice(skipped);
  }

  std::string description() const {
    std::ostringstream text;
    switch (operation) {
      case Operation::sum: text << "a batch norm's sum of " << values.size() << " values"; break;
      case Operation::all_reduce:
        switch (static_cast<Reduction>(detail)) {
          case Reduction::sum: text << "a sum"; break;
          case Reduction::max: text << "a maximum"; break;
        }
        break;
      case Operation::broadcast: text << "a broadcast from rank " << detail; break;
      case Operation::all_gather: text << "an all-gather"; break;
      case Operation::barrier: text << "a barrier"; break;
      case Operation::end_of_reading: text << "the end of an operation"; break;
    }
    if (tensor.defined()) text << " of " << tensor.scalar_type() << " " << tensor.sizes();
    return text.str();
  }
};

void wait_a_little(int round) {
  if (round > 2000) return std::this_thread::yield();
#if defined(__x86_64__)
  _mm_pause();
#endif
}

// What the ranks of a group share. They meet in rounds.
class Meeting {
 public:
  explicit Meeting(int size) : size_(size), contributions_(2 * static_cast<size_t>(size)) {}

  int size() const { return size_; }

  // The contributions of the ranks to that round. One row is for this round and one for the next: a
  // rank that is at the next one has read all of the one before.
  Contribution *row(uint64_t round) {
    return contributions_.data() + round % 2 * static_cast<size_t>(size_);
  }

  // Returns when all ranks have arrived in that round.
  void arrive(uint64_t round) {
    arrivals_.fetch_add(1, std::memory_order_acq_rel);
    const uint64_t all = (round + 1) * static_cast<uint64_t>(size_);
    for (int turn = 0; arrivals_.load(std::memory_order_acquire) < all; turn++) {
      // A rank that has ended before this round never arrives in it.
      if (fewest_rounds_.load(std::memory_order_acquire) <= round)
        throw std::runtime_error(
          failed_.load(std::memory_order_acquire)
            ? kFailureOfAnotherRank
            : "another rank of the group has ended and does not take part");
      wait_a_little(turn);
    }
  }

  // Records that a rank has ended after so many rounds.
  void end(uint64_t rounds, bool failed) {
    if (failed) failed_.store(true, std::memory_order_release);
    uint64_t fewest = fewest_rounds_.load(std::memory_order_acquire);
    while (rounds < fewest &&
           !fewest_rounds_.compare_exchange_weak(fewest, rounds, std::memory_order_acq_rel)) {
    }
  }

 private:
  const int size_;
  std::vector<Contribution> contributions_;
  std::atomic<uint64_t> arrivals_{0};
  // The fewest of any rank that has ended.
  std::atomic<uint64_t> fewest_rounds_{std::numeric_limits<uint64_t>::max()};
  std::atomic<bool> failed_{false};
};

class LocalRank final : public Group {
 public:
  LocalRank(std::shared_ptr<Meeting> meeting, int rank)
    : meeting_(std::move(meeting)), rank_(rank) {}

  int rank() const override { return rank_; }
  int size() const override { return meeting_->size(); }

  // No more operations from here on.
  void end(bool failed) {
    ended_.store(true, std::memory_order_release);
    meeting_->end(round_, failed);
  }

  void sum(std::vector<double> &values) override {
    auto &mine = contribute(Operation::sum);
    // Into memory that it has from rounds before.
    mine.values = values;
    const Contribution *all = meet();
    values.assign(values.size(), 0);
    for (int rank = 0; rank < size(); rank++)
      for (size_t i = 0; i < values.size(); i++) values[i] += all[rank].values[i];
  }

  at::Tensor all_reduce(const at::Tensor &values, Reduction reduction) override {
    const auto type = values.scalar_type();
    TORCH_CHECK(
      type == at::kFloat || type == at::kDouble || type == at::kLong,
      "ranks can reduce float32, float64 and int64, not ", type);
    return exchange<at::Tensor>(
      Operation::all_reduce, static_cast<int>(reduction), values, [&](const Contribution *all) {
        const bool adds = reduction == Reduction::sum;
        auto result =
          all[0].tensor.to(adds && type == at::kFloat ? at::kDouble : type, false, /*copy=*/true);
        for (int rank = 1; rank < size(); rank++) {
          switch (reduction) {
            case Reduction::sum: result.add_(all[rank].tensor); break;
            case Reduction::max: result = at::maximum(result, all[rank].tensor); break;
          }
        }
        return result.to(type);
      });
  }

  at::Tensor broadcast(const at::Tensor &values, int root) override {
    TORCH_CHECK(0 <= root && root < size(), "there is no rank ", root, " of ", size());
    return exchange<at::Tensor>(
      Operation::broadcast, root, values,
      [&](const Contribution *all) { return all[root].tensor.clone(); });
  }

  std::vector<at::Tensor> all_gather(const at::Tensor &values) override {
    return exchange<std::vector<at::Tensor>>(
      Operation::all_gather, 0, values, [&](const Contribution *all) {
        std::vector<at::Tensor> result;
        for (int rank = 0; rank < size(); rank++) result.push_back(all[rank].tensor.clone());
        return result;
      });
  }

  void barrier() override {
    contribute(Operation::barrier);
    meet();
  }

 private:
  Contribution &contribute(Operation operation, int detail = 0) {
    if (ended_.load(std::memory_order_acquire))
      throw std::runtime_error("this rank of the group has ended");
    auto &mine = meeting_->row(round_)[rank_];
    mine.operation = operation;
    mine.detail = detail;
    mine.values.clear();
    mine.tensor.reset();
    return mine;
  }

  // What all ranks handed in, once they have.
  const Contribution *meet() {
    const Contribution *all = meeting_->row(round_);
    meeting_->arrive(round_++);
    for (int rank = 1; rank < size(); rank++)
      if (!all[rank].agrees_with(all[0]))
        throw std::runtime_error(
          "the ranks of a group have to call the same operations in the same order: rank 0 called " +
          all[0].description() + ", rank " + std::to_string(rank) + " " + all[rank].description());
    return all;
  }

  // What `read` makes of the tensors of all ranks. Before all have read them no rank returns, since
  // it may then change its tensor.
  template <class Result, class Read>
  Result exchange(Operation operation, int detail, const at::Tensor &values, Read read) {
    at::NoGradGuard none;
    Contribution &mine = contribute(operation, detail);
    mine.tensor = values.detach().contiguous();
    auto result = read(meet());
    contribute(Operation::end_of_reading);
    meet();
    mine.tensor.reset();
    return result;
  }

  const std::shared_ptr<Meeting> meeting_;
  const int rank_;
  // Rounds that this rank has been through.
  uint64_t round_ = 0;
  std::atomic<bool> ended_{false};
};

}  // namespace

bool run_local_ranks(
  int size, const std::function<bool(const c10::intrusive_ptr<Group> &)> &body) {
  TORCH_CHECK(size > 0, "a group needs at least one rank");
  const auto meeting = std::make_shared<Meeting>(size);
  return run_together(size, [&](int index) {
    OneThread one;
    const auto rank = c10::make_intrusive<LocalRank>(meeting, index);
    rank->end(!body(rank));
  });
}

}  // namespace regnas
