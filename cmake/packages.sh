# Sourced by host/run and tests/run: installs what is missing of a list of Debian packages.
#   need_packages NAME...
need_packages() {
  local missing=() name
  for name in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing+=("$name")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  local as=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || {
      echo "missing packages, and neither root nor sudo to install them: ${missing[*]}" >&2
      return 1
    }
    as=(sudo)
  fi
  echo "installing: ${missing[*]}" >&2
  "${as[@]}" apt-get update -qq >&2
  "${as[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}

# What building the host needs.
BUILD_PACKAGES=(clang-19 lld-19 g++ cmake ninja-build ccache pkg-config ca-certificates
  libpoco-dev libboost-dev libboost-filesystem-dev libboost-system-dev libssl-dev libspdlog-dev libfmt-dev
  libfyaml-dev libvalijson-dev rapidjson-dev nlohmann-json3-dev libsimdjson-dev libcli11-dev)
# What the tests need beside it.
TEST_PACKAGES=(libgtest-dev libgmock-dev gcc binutils openssl libclang-rt-19-dev)
