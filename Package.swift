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
    dependencies: [.init(stringLiteral: room)] + more,
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
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

/// What users of the two libraries may import. `Tests/LibraryTests` builds against nothing else.
let controllerProduct = ["Controller", "Decisions", "RandomStreams", "Statistics", "Torch"]
let regnasProduct =
  controllerProduct + [
    "Networks", "SearchSpaces", "ImageData", "Supernet", "Training", "FlipMetrics",
    "Configuration", "Families", "Runs", "Evaluation", "Search",
  ]

let package = Package(
  name: "RegNAS",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "regnas", targets: ["regnas"]),
    .library(name: "Controller", targets: controllerProduct),
    .library(name: "RegNAS", targets: regnasProduct),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
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
        .linkedLibrary("jpeg"), .linkedLibrary("spng"), .linkedLibrary("webp"),
        .linkedLibrary("webpdemux"), .linkedLibrary("tiff"), .linkedLibrary("gif"),
        .linkedLibrary("z"), .linkedLibrary("crypto"), .linkedLibrary("lzf"),
        .linkedLibrary("zip"),
      ]
    ),

    // Rooms, in the order in which they may depend on each other. See Sources/README.md.
    room("RandomStreams"),
    room("Decisions"),
    room("Statistics", ["RandomStreams"]),
    room("AtomicFiles", ["CCodecs"]),
    room("HDF5", ["CCodecs", "CHDF5", "AtomicFiles"]),
    room("Torch", ["AtomicFiles", "CTorch"]),
    room("TensorFiles", ["HDF5", "Torch"]),
    room("ImageData", ["RandomStreams", "AtomicFiles", "HDF5"]),
    room("PictureFolders", ["CCodecs", "AtomicFiles", "ImageData"]),
    room("ImageArrays", ["CCodecs", "AtomicFiles", "HDF5", "ImageData"]),
    room("Networks", ["Decisions"]),
    room("SearchSpaces", ["RandomStreams", "Decisions", "Networks"]),
    room("ForeignWeights", ["AtomicFiles"]),
    room(
      "Supernet",
      [
        "RandomStreams", "AtomicFiles", "HDF5", "Torch", "TensorFiles", "Networks", "SearchSpaces",
        "ForeignWeights",
      ]
    ),
    room(
      "Latency",
      [
        "RandomStreams", "Decisions", "AtomicFiles", "HDF5", "Torch", "Networks", "SearchSpaces",
        "Supernet",
      ]
    ),
    room(
      "Training",
      ["RandomStreams", "Decisions", "Torch", "Networks", "SearchSpaces", "Supernet"]
    ),
    room("FlipMetrics", ["RandomStreams", "Statistics"]),
    room("Controller", ["RandomStreams", "Decisions", "Statistics", "Torch"]),
    room("Configuration", ["Torch", "SearchSpaces", "Supernet", "Training", yams]),
    room(
      "Families",
      [
        "AtomicFiles", "HDF5", "Torch", "TensorFiles", "Networks", "SearchSpaces", "Supernet",
        "FlipMetrics",
      ]
    ),
    room("ONNX", ["HDF5", "Torch", "Networks", "Supernet", protobuf]),
    room(
      "Delivery",
      [
        "RandomStreams", "AtomicFiles", "HDF5", "Torch", "ImageData", "Networks", "ForeignWeights",
        "Supernet", "FlipMetrics", "Families", "ONNX",
      ]
    ),
    room(
      "Predicting",
      [
        "RandomStreams", "AtomicFiles", "HDF5", "Torch", "ImageData", "ImageArrays", "Supernet",
        "FlipMetrics", "Families",
      ]
    ),
    room("TensorBoard", ["AtomicFiles", protobuf]),
    room("Runs", ["AtomicFiles", "HDF5", "Torch", "TensorFiles", "Configuration", "TensorBoard"]),
    room("Evaluation", ["Torch", "Networks", "Supernet", "FlipMetrics", "Configuration"]),
    room("Charts"),
    room(
      "Search",
      [
        "RandomStreams", "Decisions", "AtomicFiles", "HDF5", "Torch", "ImageData", "ImageArrays",
        "Networks", "SearchSpaces", "Supernet", "Latency", "Training", "FlipMetrics", "Controller",
        "Configuration", "Families", "Predicting", "TensorBoard", "Runs", "Evaluation", "Charts",
      ]
    ),
    room(
      "Judging",
      [
        "RandomStreams", "Decisions", "Statistics", "AtomicFiles", "HDF5", "Torch", "ImageData",
        "Networks", "SearchSpaces", "Supernet", "Training", "FlipMetrics", "Controller",
        "Configuration", "Families", "Runs", "Evaluation", "Search",
      ]
    ),
    room(
      "Study",
      [
        "RandomStreams", "Decisions", "Statistics", "AtomicFiles", "HDF5", "Torch", "TensorFiles",
        "ImageData", "Networks", "SearchSpaces", "Supernet", "Training", "FlipMetrics",
        "Configuration", "Families", "Runs", "Evaluation", "Charts", "Search", "Judging",
      ]
    ),
    room(
      "Reports",
      [
        "CCodecs", "Statistics", "AtomicFiles", "HDF5", "Torch", "ImageData", "Networks",
        "SearchSpaces", "Supernet", "FlipMetrics", "Configuration", "Families", "Runs", "Charts",
        "Search", "Study",
      ]
    ),
    .executableTarget(
      name: "regnas",
      dependencies: [
        "CAllocator", "RandomStreams", "Decisions", "Statistics", "AtomicFiles", "HDF5", "Torch",
        "TensorFiles", "ImageData", "PictureFolders", "ImageArrays", "Networks", "SearchSpaces",
        "ForeignWeights", "Supernet", "Latency", "Training", "FlipMetrics", "Controller",
        "Configuration", "Families", "Delivery", "Predicting", "Runs", "Evaluation", "Charts",
        "Search", "Judging", "Study", "Reports", argumentParser,
      ],
      swiftSettings: swiftSettings
    ),
    .executableTarget(
      name: "regnas-benchmark",
      dependencies: [
        "CAllocator", "RandomStreams", "Decisions", "Statistics", "HDF5", "Torch", "ImageData",
        "Networks", "SearchSpaces", "Supernet", "Training", "FlipMetrics", "Controller",
        "Configuration", "Runs", "Evaluation", "Search", argumentParser,
      ],
      path: "Benchmarks",
      exclude: ["run"],
      swiftSettings: swiftSettings
    ),

    // Tests, and what they share: folders and programs, networks, runs.
    testSupport("TestSupport", ["AtomicFiles"]),
    testSupport(
      "SupernetFixtures",
      ["RandomStreams", "Torch", "Networks", "SearchSpaces", "Supernet", "Training"]
    ),
    testSupport(
      "RunFixtures",
      [
        "RandomStreams", "AtomicFiles", "HDF5", "Torch", "ImageData", "Configuration", "Runs",
        "Search", "TestSupport",
      ]
    ),
    tests("RandomStreams"),
    tests("Decisions", ["RandomStreams"]),
    tests("Statistics", ["RandomStreams"]),
    tests("AtomicFiles", ["TestSupport"]),
    tests("HDF5", ["AtomicFiles", "TestSupport"]),
    tests("Torch", ["RandomStreams", "AtomicFiles", "Networks", "TestSupport"]),
    tests(
      "ImageData",
      [
        "RandomStreams", "AtomicFiles", "HDF5", "PictureFolders", "ImageArrays", "TestSupport",
      ]
    ),
    tests("SearchSpaces", ["RandomStreams", "Decisions", "Torch", "Networks", "Supernet"]),
    tests("ForeignWeights", ["TestSupport"]),
    tests(
      "Supernet",
      [
        "RandomStreams", "AtomicFiles", "HDF5", "Torch", "TensorFiles", "Networks", "SearchSpaces",
        "ForeignWeights", "Training", "SupernetFixtures",
      ]
    ),
    tests(
      "Latency",
      [
        "RandomStreams", "Decisions", "HDF5", "Torch", "SearchSpaces", "Supernet",
        "SupernetFixtures",
      ]
    ),
    tests(
      "Training",
      [
        "RandomStreams", "Decisions", "Torch", "Networks", "SearchSpaces", "Supernet",
        "SupernetFixtures",
      ]
    ),
    tests("FlipMetrics", ["RandomStreams", "Statistics"]),
    tests("Controller", ["RandomStreams", "Decisions", "Statistics", "Torch"]),
    tests("Configuration", ["Training"]),
    tests(
      "Families",
      [
        "HDF5", "Torch", "Networks", "SearchSpaces", "Supernet", "FlipMetrics", "Search",
        "TestSupport", "SupernetFixtures", "RunFixtures",
      ]
    ),
    tests(
      "ONNX",
      ["HDF5", "Torch", "Networks", "SearchSpaces", "Supernet", "SupernetFixtures", protobuf]
    ),
    tests(
      "Delivery",
      [
        "AtomicFiles", "Torch", "ImageData", "Networks", "SearchSpaces", "Supernet", "FlipMetrics",
        "Families", "Search", "TestSupport", "SupernetFixtures", "RunFixtures",
      ]
    ),
    tests(
      "Predicting",
      [
        "HDF5", "Torch", "ImageData", "PictureFolders", "FlipMetrics", "Families", "Search",
        "TestSupport",
        "RunFixtures",
      ]
    ),
    tests("TensorBoard", ["AtomicFiles", "TestSupport", protobuf]),
    tests("Evaluation", ["Torch", "Networks", "Supernet", "FlipMetrics", "Configuration"]),
    tests("Charts"),
    tests(
      "Search",
      [
        "RandomStreams", "Decisions", "AtomicFiles", "HDF5", "Torch", "TensorFiles", "ImageData",
        "PictureFolders", "ImageArrays", "Networks", "SearchSpaces", "ForeignWeights", "Supernet",
        "Latency", "FlipMetrics", "Controller", "Configuration", "Families", "Predicting",
        "TensorBoard", "Runs", "Study", "TestSupport", "SupernetFixtures", "RunFixtures", protobuf,
      ],
      exclude: ["Fuzz/Driver"]
    ),
    tests(
      "Judging",
      [
        "Statistics", "AtomicFiles", "HDF5", "ImageData", "SearchSpaces", "Training", "FlipMetrics",
        "Controller", "Configuration", "Runs", "Search", "RunFixtures",
      ]
    ),
    tests(
      "Study",
      [
        "AtomicFiles", "ImageData", "Configuration", "Runs", "Search", "RunFixtures", "TestSupport",
      ]
    ),

    tests(
      "Reports",
      [
        "CCodecs", "HDF5", "Torch", "ImageData", "SearchSpaces", "Supernet", "FlipMetrics",
        "Configuration", "Families", "Runs", "Search", "Charts", "Study", "SupernetFixtures",
        "RunFixtures", "TestSupport",
      ]
    ),

    // As users of the libraries: what is not public does not exist for it.
    .testTarget(
      name: "LibraryTests",
      dependencies: regnasProduct.map(Target.Dependency.init(stringLiteral:)),
      packageAccess: false,
      swiftSettings: swiftSettings
    ),
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
      dependencies: [
        "RandomStreams", "Decisions", "HDF5", "Torch", "ImageData", "PictureFolders",
        "ImageArrays", "SearchSpaces", "ForeignWeights", "Supernet", "Latency", "FlipMetrics",
        "Controller", "Configuration", "Families", "Runs", "Search", "Study",
      ],
      path: "Tests/SearchTests/Fuzz",
      exclude: ["FuzzTests.swift", "Mutator.swift"],
      swiftSettings: swiftSettings,
      linkerSettings: [.unsafeFlags([fuzzer]), .linkedLibrary("stdc++")]
    )
  )
}
