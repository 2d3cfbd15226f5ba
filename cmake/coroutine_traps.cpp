// Coroutine forms that a compiler must get right, each with objects that notice when they are
// copied bit by bit or destroyed twice. Prints one line a form; exit code 1 if any is wrong.
// g++ 12.2 fails the nine marked (!), at every level of optimisation; clang 19 fails none. Builds
// with the loop of host/io; CMake runs it on whatever compiler is to build the host.
#include <cstdio>
#include <functional>
#include <set>
#include <string>

#include "io/loop.hpp"

using namespace sluice::io;

namespace {

std::set<const void*> alive;
int wrong = 0;

struct Witness {
  explicit Witness(int v) : value(v) { born(); }
  Witness(const Witness& other) : value(other.value) {
    other.check();
    born();
  }
  ~Witness() { wrong += alive.erase(this) == 0; }
  void born() { wrong += !alive.insert(this).second; }
  void check() const { wrong += alive.count(this) == 0; }
  int value;
};

struct Aggregate {
  Witness one, two;
};
struct Constructed {
  Constructed(Witness a, Witness b) : one(a), two(b) {}
  Witness one, two;
};

Task<Witness> make(int value) { co_return Witness(value); }
Task<int> take(Witness w) {
  w.check();
  co_return w.value;
}
Task<int> takeAggregate(Aggregate a) {
  a.one.check();
  co_return a.two.value;
}
Task<int> takeAggregateRef(const Aggregate& a) {
  a.one.check();
  co_return a.two.value;
}
Task<int> takeConstructed(Constructed c) {
  c.one.check();
  co_return c.two.value;
}
Task<int> takeFunction(std::function<int()> f) { co_return f(); }
Task<Aggregate> returnsWithAwait() { co_return Aggregate{co_await make(1), Witness(2)}; }
int both(const Witness& a, const Witness& b) { return a.value + b.value; }

// (!) A conditional expression of class type, anywhere in a full expression with co_await.
Task<void> conditionalOfAwaits(bool c) {
  Witness x = c ? co_await make(1) : co_await make(2);
  x.check();
}
Task<void> conditionalArgument(bool c) { co_await take(c ? Witness(1) : Witness(2)); }
Task<void> conditionalOnAwait(bool) {
  Witness x = co_await take(Witness(1)) == 1 ? Witness(8) : Witness(9);
  x.check();
}
// (!) A temporary aggregate in such an expression: braces, named type or designators, also by
// reference.
Task<void> aggregateArgument(bool) { co_await takeAggregate(Aggregate{Witness(1), Witness(2)}); }
Task<void> aggregateReference(bool) { co_await takeAggregateRef({Witness(1), Witness(2)}); }
// (!) co_await inside the braces of an aggregate (in those of a vector g++ stops with an error).
Task<void> aggregateOfAwaits(bool) {
  Aggregate a{co_await make(1), co_await make(2)};
  a.one.check();
}
Task<void> returnedAggregateOfAwaits(bool) {
  Aggregate a = co_await returnsWithAwait();
  a.one.check();
}
// (!) A temporary closure that captures objects: called as a coroutine, or given to one.
Task<void> capturingCoroutine(bool) {
  Witness w(1);
  co_await [w]() -> Task<int> {
    w.check();
    co_return w.value;
  }();
}
Task<void> capturingArgument(bool) {
  Witness w(1);
  co_await takeFunction([w] {
    w.check();
    return w.value;
  });
}
// The same things said in two statements, and forms that were suspected and are right.
Task<void> conditionalStatement(bool c) {
  int value = 0;
  if (c) value = co_await take(Witness(1));
  else value = co_await take(Witness(2));
  wrong += value != 1;
}
Task<void> namedAggregate(bool) {
  Aggregate a{Witness(1), Witness(2)};
  co_await takeAggregate(std::move(a));
}
Task<void> namedTask(bool) {
  Task<int> task = takeAggregate(Aggregate{Witness(1), Witness(2)});
  co_await std::move(task);
}
Task<void> namedClosure(bool) {
  Witness w(1);
  auto closure = [w] { return w.value; };
  co_await takeFunction(closure);
}
Task<void> constructedArgument(bool) {
  co_await takeConstructed(Constructed(Witness(1), Witness(2)));
}
Task<void> twoAwaitsInOneCall(bool) { wrong += both(co_await make(1), co_await make(2)) != 3; }
Task<void> awaitInConditions(bool) {
  if (Witness w = co_await make(3); w.value == 3) w.check();
  for (int i = 0; co_await take(Witness(i)) < 2;) ++i;
}
Task<void> shortCircuit(bool c) { wrong += !(c && co_await take(Witness(1)) == 1); }

}  // namespace

int main() {
  bool allRight = true;
  struct Form {
    const char* name;
    Task<void> (*run)(bool);
  };
  for (const Form& form : {Form{"(!) c ? co_await a() : co_await b()", conditionalOfAwaits},
                           Form{"(!) co_await f(c ? X(1) : X(2))", conditionalArgument},
                           Form{"(!) co_await f() == 1 ? X(8) : X(9)", conditionalOnAwait},
                           Form{"(!) co_await f(Aggregate{...})", aggregateArgument},
                           Form{"(!) co_await f({...}) by reference", aggregateReference},
                           Form{"(!) Aggregate a{co_await b()}", aggregateOfAwaits},
                           Form{"(!) co_return Aggregate{co_await b()}", returnedAggregateOfAwaits},
                           Form{"(!) co_await [x]() -> Task<T> {...}()", capturingCoroutine},
                           Form{"(!) co_await f([x] {...})", capturingArgument},
                           Form{"if (c) v = co_await a(); else ...", conditionalStatement},
                           Form{"Aggregate a{...}; co_await f(move(a))", namedAggregate},
                           Form{"Task t = f(Aggregate{...}); co_await move(t)", namedTask},
                           Form{"auto g = [x] {...}; co_await f(g)", namedClosure},
                           Form{"co_await f(ClassWithConstructor(...))", constructedArgument},
                           Form{"g(co_await a(), co_await b())", twoAwaitsInOneCall},
                           Form{"if (T x = co_await ...), while (co_await ...)", awaitInConditions},
                           Form{"c && co_await f()", shortCircuit}}) {
    wrong = 0;
    alive.clear();
    {
      Loop loop;
      Scope scope(loop);
      scope.spawn(form.run(true));
    }
    const bool right = wrong == 0 && alive.empty();
    allRight = allRight && right;
    std::printf("%-5s  %s\n", right ? "right" : "WRONG", form.name);
  }
  return allRight ? 0 : 1;
}
