// CancelSource and CancelToken: a tree of what is to stop together.
// Threads: one loop.
#pragma once

#include "io/list.hpp"

namespace sluice::io {

struct CancelTag;
class CancelHook : public Link<CancelTag> {
 public:
  virtual void onCancel() noexcept = 0;

 protected:
  ~CancelHook() = default;
};

class CancelSource;

// A view of a CancelSource, which must outlive it. An empty token is never cancelled.
class CancelToken {
 public:
  CancelToken() = default;
  explicit CancelToken(CancelSource* source) noexcept : source_(source) {}
  bool cancelled() const noexcept;
  void attach(CancelHook& hook) const noexcept;

 private:
  CancelSource* source_ = nullptr;
};

// Cancelled by cancel() or together with its parent; there is no way back. cancel() only marks.
class CancelSource final : private CancelHook {
 public:
  explicit CancelSource(CancelToken parent = {}) noexcept {
    if (parent.cancelled()) cancelled_ = true;
    else parent.attach(*this);
  }
  void cancel() noexcept {
    cancelled_ = true;
    while (CancelHook* hook = hooks_.popFront()) hook->onCancel();
  }
  bool cancelled() const noexcept { return cancelled_; }
  CancelToken token() noexcept { return CancelToken(this); }

 private:
  friend class CancelToken;
  void onCancel() noexcept override { cancel(); }
  List<CancelHook, CancelTag> hooks_;
  bool cancelled_ = false;
};

inline bool CancelToken::cancelled() const noexcept { return source_ && source_->cancelled(); }
inline void CancelToken::attach(CancelHook& hook) const noexcept {
  if (source_) source_->hooks_.pushBack(hook);
}

}  // namespace sluice::io
