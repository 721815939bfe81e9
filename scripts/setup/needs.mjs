// The programs that each group of the set-up needs: how to find them, and what they are called in
// Debian.
import { existsSync } from 'node:fs';
import { canInstall, installPackages, unfinishedPackages } from './apt.mjs';
import { ask, Failure, isOnPath } from './run.mjs';

const emsdk = `install it with emsdk:
    git clone https://github.com/emscripten-core/emsdk && cd emsdk
    ./emsdk install 6.0.5 && ./emsdk activate 6.0.5 && source ./emsdk_env.sh`;

// A need is a name, Debian's package, what to do by hand, and `lack`: undefined when the need is
// met, or else what was found instead.
function program(name, { atLeast, package: debian = name, also = [], cure } = {}) {
  return {
    name: atLeast ? `${name} ${atLeast} or newer` : name,
    package: debian,
    cure: cure ?? `install it and put it on the PATH (Debian's package is ${debian})`,
    async lack() {
      if (![name, ...also].some(isOnPath)) return `there is no ${name} on the PATH`;
      if (!atLeast) return undefined;
      const version = await versionOf(name);
      return isAtLeast(version, atLeast) ? undefined : `the ${name} on the PATH is ${version}`;
    },
  };
}

export async function versionOf(name) {
  const output = (await ask(name, ['--version'])) ?? '';
  return output.match(/\d+\.\d+(\.\d+)?/)?.[0] ?? 'one that tells no version';
}

const isAtLeast = (version, floor) =>
  /^\d/.test(version) && version.localeCompare(floor, 'en', { numeric: true }) >= 0;

const compiler = {
  name: 'a C++20 compiler with AddressSanitizer and UndefinedBehaviorSanitizer',
  package: 'g++',
  cure: 'install g++ 10 or newer, or clang++ with compiler-rt',
  // Asked by linking, for a compiler may be there without its sanitizers.
  async lack() {
    const name = process.env.CXX ?? ['c++', 'g++', 'clang++'].find(isOnPath);
    if (!name) return 'there is none on the PATH';
    const flags = ['-std=c++20', '-fsanitize=address,undefined', '-o', '/dev/null'];
    const input = '#include <span>\nint main() {}\n';
    const linked = await ask(name, [...flags, '-x', 'c++', '-'], { input });
    return linked === undefined ? `${name} does not compile and link with them` : undefined;
  },
};

function pythonModule(name, debian) {
  const find = `import importlib.util as u, sys; sys.exit(u.find_spec('${name}') is None)`;
  return {
    name: `Python's ${name}`,
    package: debian,
    cure: `install it for the python3 on the PATH (Debian's package is ${debian})`,
    // Debian's packages are Debian's Python's, whichever one comes first on the PATH.
    async lack() {
      const tried = ['/usr/bin/python3', 'python3'].map((python) => ask(python, ['-c', find]));
      const found = (await Promise.all(tried)).some((output) => output !== undefined);
      return found ? undefined : 'python3 does not find it';
    },
  };
}

const python = [
  pythonModule('PIL', 'python3-pil'),
  pythonModule('cv2', 'python3-opencv'),
  pythonModule('numpy', 'python3-numpy'),
];

function library(header, debian, cure) {
  return {
    name: `a C compiler that finds ${header}`,
    package: debian,
    cure,
    async lack() {
      const input = `#include <stdio.h>\n#include <${header}>\n`;
      const found = await ask('cc', ['-fsyntax-only', '-x', 'c', '-'], { input });
      return found === undefined ? 'cc does not' : undefined;
    },
  };
}

// Carries out wasm's SIMD natively, for the sanitizers.
const simde = library(
  'simde/wasm/simd128.h',
  'libsimde-dev',
  'install SIMDe 0.7.4 or newer (https://github.com/simd-everywhere/simde)',
);

const chromium = program('chromium', {
  also: ['chromium-browser', 'google-chrome', 'google-chrome-stable'],
});

const firefox = program('firefox-esr', { also: ['firefox'] });

// WebKitGTK's browser comes with its driver, and wants a screen.
const webkit = [
  program('WebKitWebDriver', { package: 'webkit2gtk-driver' }),
  program('Xvfb', { package: 'xvfb' }),
];

// clang's own fuzzer. Its library is in a package of its own.
const fuzzer = {
  name: "clang's libFuzzer",
  package: 'libclang-rt-14-dev',
  cure: 'install clang with its compiler-rt',
  async lack() {
    const path = await ask('clang', ['-print-file-name=libclang_rt.fuzzer-x86_64.a']);
    return path !== undefined && existsSync(path.trim()) ? undefined : 'clang does not find it';
  },
};

// What every build needs; git applies the patches in third_party.
const builder = [
  program('cmake', { atLeast: '3.24' }),
  program('ninja', { package: 'ninja-build' }),
  program('git'),
];

const groups = {
  // The package: the wasm, and the C++ tests as wasm.
  build: [...builder, program('emcc', { atLeast: '3.1.6', package: 'emscripten', cure: emsdk })],
  // The same C++ for this machine.
  native: [...builder, compiler, simde],
  format: [program('git'), program('clang-format')],
  tidy: [...builder, compiler, simde, program('clang-tidy')],
  // The programs that the tests compare results with.
  oracles: [
    ...python,
    program('djpeg', { package: 'libjpeg-turbo-progs' }),
    program('pngfix', { package: 'libpng-tools' }),
    program('pngcheck'),
    program('identify', { package: 'imagemagick' }),
    program('exiftool', { package: 'libimage-exiftool-perl' }),
  ],
  browser: [chromium, firefox, ...webkit],
  examples: [program('redis-server')],
  bench: [
    ...python,
    chromium,
    program('cc', { package: 'gcc', cure: 'install gcc or clang' }),
    library('jpeglib.h', 'libjpeg-dev', "install libjpeg-turbo's headers"),
    library('png.h', 'libpng-dev', "install libpng's headers"),
  ],
  fuzz: [program('clang'), fuzzer],
  matrix: [chromium, firefox, ...webkit],
};
export const groupNames = Object.keys(groups);

// Finds what the groups need, and installs what is missing.
export async function meetNeeds(names) {
  const needs = [...new Set(names.flatMap((name) => groups[name]))];
  let lacking = await withLacks(needs);
  const packages = new Set([...unfinishedPackages(), ...lacking.map(({ need }) => need.package)]);
  if (packages.size > 0 && canInstall()) {
    await installPackages([...packages]);
    lacking = await withLacks(lacking.map(({ need }) => need));
  }
  const tell = ({ need, lack }) => `Expected ${need.name}, but ${lack}: ${need.cure}.`;
  if (lacking.length > 0) throw new Failure(lacking.map(tell).join('\n'));
}

async function withLacks(needs) {
  const all = await Promise.all(needs.map(async (need) => ({ need, lack: await need.lack() })));
  return all.filter(({ lack }) => lack !== undefined);
}
