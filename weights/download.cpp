#include "weights/download.h"

#include <cerrno>
#include <cstring>
#include <memory>
#include <mutex>

#include <curl/curl.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tensor/error.h"
#include "weights/quote.h"

namespace impasto {
namespace {

constexpr long kOk = 200;
constexpr long kRangeNotSatisfiable = 416;

// The file that grows, held against other processes.
class PartFile {
 public:
  explicit PartFile(const std::string& path) : path_(path) {
    descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor_ < 0) fail();
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
      ::close(descriptor_);
      throw InputError(fmt::format("{} is being downloaded by another process", quote(path)));
    }
    const off_t end = ::lseek(descriptor_, 0, SEEK_END);
    size_ = static_cast<std::uint64_t>(end);
  }
  ~PartFile() { ::close(descriptor_); }
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  std::uint64_t size() const { return size_; }

  void restart() {
    if (::ftruncate(descriptor_, 0) != 0 || ::lseek(descriptor_, 0, SEEK_SET) != 0) fail();
    size_ = 0;
  }

  void append(const char* data, std::size_t count) {
    while (count > 0) {
      const ssize_t written = ::write(descriptor_, data, count);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail();
      data += written;
      count -= static_cast<std::size_t>(written);
      size_ += static_cast<std::uint64_t>(written);
    }
  }

 private:
  [[noreturn]] void fail() const {
    throw InputError(fmt::format("cannot write {}: {}", quote(path_), std::strerror(errno)));
  }

  std::string path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

class Transfer {
 public:
  explicit Transfer(const DownloadRequest& request) : request_(request), part_(request.part) {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
    curl_.reset(curl_easy_init());
    IMPASTO_CHECK(curl_ != nullptr, "download: libcurl cannot start");
  }

  void run() {
    configure();
    const CURLcode result = curl_easy_perform(curl_.get());
    if (failure_) std::rethrow_exception(failure_);
    if (result == CURLE_OK) return;
    // Nothing follows what has arrived: the caller's hash decides whether that is the file.
    if (result == CURLE_HTTP_RETURNED_ERROR && status() == kRangeNotSatisfiable) return;
    if (result == CURLE_ABORTED_BY_CALLBACK) throw InputError("interrupted");
    throw InputError(message_[0] != '\0' ? message_ : curl_easy_strerror(result));
  }

 private:
  struct Cleanup {
    void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
  };

  template <class T>
  void set(CURLoption option, T value) {
    IMPASTO_CHECK(curl_easy_setopt(curl_.get(), option, value) == CURLE_OK,
                  "download: libcurl refuses option {}", static_cast<int>(option));
  }

  void configure() {
    set(CURLOPT_URL, request_.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FOLLOWLOCATION, 1L);
    set(CURLOPT_MAXREDIRS, 10L);
    set(CURLOPT_FAILONERROR, 1L);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_CONNECTTIMEOUT, 30L);
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(CURLOPT_LOW_SPEED_TIME, 60L);
    set(CURLOPT_ERRORBUFFER, message_);
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFODATA, this);
    set(CURLOPT_XFERINFOFUNCTION, &Transfer::on_progress);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_WRITEFUNCTION, &Transfer::on_data);
    range_ = fmt::format("{}-", part_.size());
    if (part_.size() > 0) set(CURLOPT_RANGE, range_.c_str());
  }

  long status() const {
    long code = 0;
    curl_easy_getinfo(curl_.get(), CURLINFO_RESPONSE_CODE, &code);
    return code;
  }

  void receive(const char* data, std::size_t count) {
    // A server that knows no ranges answers with the whole file.
    if (!receiving_ && part_.size() > 0 && status() == kOk) part_.restart();
    receiving_ = true;
    if (request_.limit > 0 && part_.size() + count > request_.limit) {
      part_.restart();
      throw InputError("the server sends more than the published file has");
    }
    part_.append(data, count);
  }

  // Exceptions must not pass through libcurl.
  static std::size_t on_data(char* data, std::size_t size, std::size_t count, void* self) {
    auto* transfer = static_cast<Transfer*>(self);
    try {
      transfer->receive(data, size * count);
      return size * count;
    } catch (...) {
      transfer->failure_ = std::current_exception();
      return 0;
    }
  }

  static int on_progress(void* self, curl_off_t total, curl_off_t now, curl_off_t, curl_off_t) {
    auto* transfer = static_cast<Transfer*>(self);
    const DownloadRequest& request = transfer->request_;
    try {
      const auto left = static_cast<std::uint64_t>(total > 0 ? total - now : 0);
      const std::uint64_t done = transfer->part_.size();
      if (request.progress && now > 0) request.progress(done, total > 0 ? done + left : 0);
      return request.interrupted && request.interrupted() ? 1 : 0;
    } catch (...) {
      transfer->failure_ = std::current_exception();
      return 1;
    }
  }

  const DownloadRequest& request_;
  PartFile part_;
  std::unique_ptr<CURL, Cleanup> curl_;
  std::string range_;
  bool receiving_ = false;
  std::exception_ptr failure_;
  char message_[CURL_ERROR_SIZE] = {};
};

}  // namespace

void download(const DownloadRequest& request) {
  Transfer(request).run();
}

}  // namespace impasto
