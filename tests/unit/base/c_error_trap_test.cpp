#include "base/c_error_trap.h"

#include <doctest/doctest.h>

#include <string>

namespace crop64 {
namespace {

struct Job {
  ErrorTrap trap;
  int steps = 0;
};

void succeed(void* context) { ++static_cast<Job*>(context)->steps; }

void give_up(Job& job) { fail(job.trap, ErrorCode::kCorruptImage, "deep down"); }

// Fails from a few calls down, as a library does.
void work(Job& job) {
  ++job.steps;
  give_up(job);
  ++job.steps;
}

void fail_in_the_middle(void* context) {
  Job& job = *static_cast<Job*>(context);
  work(job);
  ++job.steps;
}

TEST_CASE("run_trapped() returns true if the body returns") {
  Job job;
  CHECK(run_trapped(job.trap, succeed, &job));
  CHECK(job.steps == 1);
}

TEST_CASE("fail() ends the body and sets code and message") {
  Job job;
  CHECK(!run_trapped(job.trap, fail_in_the_middle, &job));
  CHECK(job.steps == 1);
  CHECK(job.trap.error().code == ErrorCode::kCorruptImage);
  CHECK(job.trap.error().message == "deep down");
}

TEST_CASE("run_trapped() works again after a failure") {
  Job job;
  CHECK(!run_trapped(job.trap, fail_in_the_middle, &job));
  CHECK(run_trapped(job.trap, succeed, &job));
  CHECK(!run_trapped(job.trap, fail_in_the_middle, &job));
  CHECK(job.steps == 3);
}

TEST_CASE("fail() in a nested body leaves the outer body running") {
  Job outer;
  const auto body = [](void* context) {
    Job inner;
    Job& job = *static_cast<Job*>(context);
    job.steps += run_trapped(inner.trap, fail_in_the_middle, &inner) ? 0 : 10;
  };
  CHECK(run_trapped(outer.trap, body, &outer));
  CHECK(outer.steps == 10);
}

TEST_CASE("fail() truncates a message that is too long") {
  Job job;
  const auto body = [](void* context) {
    static const std::string kLong(1000, 'x');
    fail(static_cast<Job*>(context)->trap, ErrorCode::kInternal, kLong.c_str());
  };
  CHECK(!run_trapped(job.trap, body, &job));
  CHECK(job.trap.error().message == std::string(sizeof job.trap.message - 1, 'x'));
}

}  // namespace
}  // namespace crop64
