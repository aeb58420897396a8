// swift-tools-version: 6.1
import Foundation
import PackageDescription

// The tensor engine. By default Debian's `libtorch-dev`, found on the compiler's own paths. Set
// LIBTORCH=<dir> to build against any libtorch 1.13 to 2.x, or LIBTORCH_USE_PYTORCH=1 to use the
// libtorch inside the installed Python package `torch`: the convention of tch-rs.
let libtorch: String? = {
  if let directory = Context.environment["LIBTORCH"], !directory.isEmpty { return directory }
  guard Context.environment["LIBTORCH_USE_PYTORCH"] == "1" else { return nil }
  let process = Process()
  let output = Pipe()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = [
    "python3", "-c",
    "import importlib.util as u; print(u.find_spec('torch').submodule_search_locations[0])",
  ]
  process.standardOutput = output
  guard (try? process.run()) != nil else { return nil }
  process.waitUntilExit()
  let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  return text.trimmingCharacters(in: .whitespacesAndNewlines)
}()

let torchCompilerSettings: [CXXSetting] =
  libtorch.map { directory in
    [
      .unsafeFlags([
        "-isystem", "\(directory)/include",
        "-isystem", "\(directory)/include/torch/csrc/api/include",
      ])
    ]
  } ?? []

let torchLinkerSettings: [LinkerSetting] =
  (libtorch.map { directory in
    [.unsafeFlags(["-L\(directory)/lib", "-Xlinker", "-rpath", "-Xlinker", "\(directory)/lib"])]
  } ?? []) + [.linkedLibrary("torch_cpu"), .linkedLibrary("c10")]

// Set by Scripts/fuzz to the library of libFuzzer: rooms report to it which of their code ran, and
// the program that feeds them takes the place of the tests.
let fuzzer = Context.environment["REGNAS_LIBFUZZER"]

let swiftSettings: [SwiftSetting] =
  (Context.environment["REGNAS_WARNINGS_AS_ERRORS"] == "1"
    ? [.unsafeFlags(["-warnings-as-errors"])] : [])
  + (fuzzer == nil
    ? []
    : [.unsafeFlags(["-enable-testing", "-sanitize=fuzzer"])])

/// A room: one Swift target of `Sources/`, with its tests beside it in `Tests/`.
func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

/// The tests of a room: what they use beside it and `TestSupport`.
func tests(
  _ room: String,
  _ more: [Target.Dependency] = [],
  exclude: [String] = []
) -> Target {
  .testTarget(
    name: "\(room)Tests",
    dependencies: [.init(stringLiteral: room), "TestSupport"] + more,
    exclude: exclude,
    swiftSettings: swiftSettings
  )
}

/// What several tests share, in a folder of `Tests/`.
func testSupport(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(
    name: name,
    dependencies: dependencies,
    path: "Tests/\(name)",
    swiftSettings: swiftSettings
  )
}

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser",
  package: "swift-argument-parser"
)
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

/// The rooms that meet in `Search`.
let roomNames = [
  "RandomStreams", "Decisions", "Statistics", "AtomicFiles", "HDF5", "Torch", "TensorFiles",
  "ImageData", "Networks", "SearchSpaces", "ForeignWeights", "Supernet", "Latency", "Training",
  "FlipMetrics", "Controller", "Configuration", "Families", "Runs", "Evaluation",
]
let rooms = roomNames.map(Target.Dependency.init(stringLiteral:))

/// All of them but one: for its tests.
func rooms(besides room: String) -> [Target.Dependency] {
  roomNames.filter { $0 != room }.map(Target.Dependency.init(stringLiteral:))
}

let package = Package(
  name: "RegNAS",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "regnas", targets: ["regnas"]),
    .library(name: "Controller", targets: ["Controller"]),
    .library(name: "RegNAS", targets: ["Search"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // C rooms.
    .systemLibrary(
      name: "CHDF5",
      pkgConfig: "hdf5-serial",
      providers: [.apt(["libhdf5-dev"]), .brew(["hdf5"])]
    ),
    .target(
      name: "CKernels",
      cxxSettings: torchCompilerSettings,
      linkerSettings: torchLinkerSettings
    ),
    .target(name: "CTorch", dependencies: ["CKernels"], cxxSettings: torchCompilerSettings),
    .target(name: "CAllocator", linkerSettings: [.linkedLibrary("jemalloc")]),
    .target(
      name: "CCodecs",
      linkerSettings: [
        .linkedLibrary("turbojpeg"), .linkedLibrary("spng"), .linkedLibrary("z"),
        .linkedLibrary("crypto"),
      ]
    ),

    // Rooms, in the order in which they may depend on each other. See Sources/README.md.
    room("RandomStreams"),
    room("Decisions"),
    room("Statistics", ["RandomStreams"]),
    room("AtomicFiles", ["CCodecs"]),
    room("HDF5", ["CHDF5", "AtomicFiles"]),
    room("Torch", ["CTorch"]),
    room("TensorFiles", ["HDF5", "Torch"]),
    room("ImageData", ["HDF5", "AtomicFiles", "CCodecs", "RandomStreams"]),
    room("Networks", ["Decisions"]),
    room("SearchSpaces", ["Networks", "Decisions", "RandomStreams"]),
    room("ForeignWeights", ["AtomicFiles", "CCodecs"]),
    room(
      "Supernet",
      [
        "SearchSpaces", "Networks", "Decisions", "Torch", "TensorFiles", "ForeignWeights", "HDF5",
        "AtomicFiles", "RandomStreams",
      ]
    ),
    room(
      "Training",
      ["Supernet", "SearchSpaces", "Networks", "Decisions", "Torch", "RandomStreams"]
    ),
    room("FlipMetrics", ["Statistics", "RandomStreams"]),
    room("Controller", ["Decisions", "Torch", "RandomStreams", "Statistics"]),
    room("Configuration", ["SearchSpaces", "Supernet", "Training", yams]),
    room(
      "Families",
      [
        "Configuration", "FlipMetrics", "Statistics", "Supernet", "SearchSpaces", "Networks",
        "Decisions", "Torch", "TensorFiles", "HDF5", "AtomicFiles",
      ]
    ),
    room(
      "Latency",
      [
        "Supernet", "SearchSpaces", "Networks", "Decisions", "Torch", "HDF5", "AtomicFiles",
        "RandomStreams",
      ]
    ),
    room("Runs", ["Configuration", "Torch", "TensorFiles", "HDF5", "AtomicFiles"]),
    room("Evaluation", ["Configuration", "FlipMetrics", "Supernet", "Networks", "Torch"]),
    room("Charts"),
    room("Search", rooms + ["Charts"]),
    room("Study", rooms + ["Search"]),
    .executableTarget(
      name: "regnas",
      dependencies: rooms + ["Search", "Study", "Charts", "CAllocator", argumentParser],
      swiftSettings: swiftSettings
    ),
    .executableTarget(
      name: "regnas-benchmark",
      dependencies: rooms + ["Search", "CAllocator", argumentParser],
      path: "Benchmarks",
      exclude: ["run"],
      swiftSettings: swiftSettings
    ),

    // Tests, and what they share: folders and programs, networks, runs.
    testSupport("TestSupport"),
    testSupport("SupernetFixtures", ["Supernet", "SearchSpaces", "Networks", "Torch"]),
    testSupport("RunFixtures", rooms + ["Search", "TestSupport"]),
    tests("RandomStreams"),
    tests("Decisions", ["RandomStreams"]),
    tests("Statistics", ["RandomStreams"]),
    tests("AtomicFiles"),
    tests("HDF5", ["AtomicFiles"]),
    tests("Torch", ["Networks", "RandomStreams"]),
    tests("ImageData", ["HDF5", "AtomicFiles", "RandomStreams", "SearchSpaces"]),
    tests("SearchSpaces", ["Supernet", "Networks", "Decisions", "Torch", "RandomStreams"]),
    tests("ForeignWeights"),
    tests(
      "Supernet",
      [
        "SupernetFixtures", "Training", "SearchSpaces", "Networks", "Decisions", "ForeignWeights",
        "Torch", "TensorFiles", "HDF5", "AtomicFiles", "RandomStreams",
      ]
    ),
    tests(
      "Training",
      ["SupernetFixtures", "Supernet", "SearchSpaces", "Networks", "Torch", "RandomStreams"]
    ),
    tests(
      "Latency",
      ["SupernetFixtures", "Supernet", "SearchSpaces", "Networks", "Decisions", "Torch", "RandomStreams"]
    ),
    tests("FlipMetrics", ["Statistics", "RandomStreams"]),
    tests("Controller", ["Statistics", "Decisions", "Torch", "RandomStreams"]),
    tests("Configuration", rooms(besides: "Configuration")),
    tests("Evaluation", ["Configuration", "FlipMetrics", "Supernet", "Networks", "Torch"]),
    tests("Families", ["RunFixtures", "SupernetFixtures", "Search"] + rooms(besides: "Families")),
    tests("Search", ["RunFixtures", "SupernetFixtures"] + rooms, exclude: ["Fuzz/Driver"]),
    tests("Study", ["RunFixtures", "Search"] + rooms),
    tests("Charts"),
    .testTarget(
      name: "CommandLineTests",
      dependencies: ["regnas", "TestSupport"],
      swiftSettings: swiftSettings
    ),
  ],
  cxxLanguageStandard: .cxx20
)

if let fuzzer {
  package.targets.removeAll { $0.isTest }
  package.targets.append(
    .executableTarget(
      name: "regnas-fuzz",
      dependencies: ["Search"] + rooms,
      path: "Tests/SearchTests/Fuzz",
      exclude: ["FuzzTests.swift", "Mutator.swift"],
      swiftSettings: swiftSettings,
      linkerSettings: [.unsafeFlags([fuzzer]), .linkedLibrary("stdc++")]
    )
  )
}
