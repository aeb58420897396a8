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

func tests(_ room: String, _ more: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: "\(room)Tests",
    dependencies: [.init(stringLiteral: room)] + more,
    resources: [],
    swiftSettings: swiftSettings
  )
}

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser",
  package: "swift-argument-parser"
)
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

/// The rooms that meet in `Search`.
let rooms: [Target.Dependency] = [
  "RandomStreams", "Decisions", "HDF5", "Torch", "ImageData", "SearchSpaces", "Supernet",
  "FlipMetrics", "Controller",
]

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
      name: "CTorch",
      cxxSettings: torchCompilerSettings,
      linkerSettings: torchLinkerSettings
    ),
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
    room("HDF5", ["CHDF5", "CCodecs"]),
    room("Torch", ["CTorch"]),
    room("ImageData", ["HDF5", "CCodecs", "RandomStreams"]),
    room("SearchSpaces", ["Decisions", "RandomStreams"]),
    room("Supernet", ["SearchSpaces", "Decisions", "Torch", "HDF5", "RandomStreams"]),
    room("FlipMetrics", ["RandomStreams"]),
    room("Controller", ["Decisions", "Torch", "RandomStreams"]),
    room("Delivery"),
    room("Search", rooms + ["Delivery", yams]),
    .executableTarget(
      name: "regnas",
      dependencies: rooms + ["Search", "Delivery", "CAllocator", argumentParser],
      swiftSettings: swiftSettings
    ),
    .executableTarget(
      name: "regnas-benchmark",
      dependencies: rooms + ["Search", "CAllocator", argumentParser],
      path: "Benchmarks",
      exclude: ["run"],
      swiftSettings: swiftSettings
    ),

    // Tests.
    tests("RandomStreams"),
    tests("Decisions", ["RandomStreams"]),
    tests("HDF5"),
    tests("Torch", ["RandomStreams"]),
    tests("ImageData", ["HDF5", "RandomStreams"]),
    tests("SearchSpaces", ["Decisions", "RandomStreams"]),
    tests("Supernet", ["SearchSpaces", "Decisions", "Torch", "HDF5", "RandomStreams"]),
    tests("FlipMetrics", ["RandomStreams"]),
    tests("Controller", ["Decisions", "Torch", "RandomStreams"]),
    .testTarget(
      name: "SearchTests",
      dependencies: ["Search"] + rooms,
      exclude: ["Fuzz/Driver"],
      swiftSettings: swiftSettings
    ),
    tests("Delivery"),
    .testTarget(name: "CommandLineTests", dependencies: ["regnas"], swiftSettings: swiftSettings),
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
