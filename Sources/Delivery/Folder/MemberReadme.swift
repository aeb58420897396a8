import FlipMetrics
import Foundation

/// The text of a member's `README.md`: what it is, what it takes, and how each of its files is loaded.
struct MemberReadme {
  let record: MemberRecord
  let formats: [ExportFormat]

  var text: String {
    ([introduction, images] + formats.map(section)).joined(separator: "\n\n") + "\n"
  }

  private var introduction: String {
    let figures = record.figures
    let rows =
      ["| accuracy | \(Self.percent(figures.accuracy)) |"]
      + figures.negativeFlipRates.map {
        "| negative flips against \(Self.plain($0.against)) | \(Self.percent($0.rate)) |"
      }
    return """
      # Member \(record.member) of \(record.members)

      A classifier of \(record.classes.count) classes from a family of networks, smallest first. It was \
      found and written by \(record.program). `config.json` has its layers, its classes in the order of the \
      logits, its figures and where it comes from.

      | | |
      |---|---|
      | space | \(Self.plain(record.space)) |
      | architecture | `\(Self.plain(record.architecture))` |
      | MACs | \(figures.macs) |
      | parameters | \(figures.parameters) |
      \(rows.joined(separator: "\n"))

      The rates are in percent of \(figures.testImages) test images, with their 95 % intervals. A negative \
      flip is an image that the other network gets right and this one wrong.
      """
  }

  private var images: String {
    let input = record.input
    let resizing =
      input.resizing == "none"
      ? "Give images of this size." : "Images of another size are resized: \(input.resizing)."
    let models = [ExportFormat.onnx, .torchscript].filter(formats.contains).map(\.fileName)
    let axes =
      record.models.layout == .nhwc
      ? "[batch, height, width, channels]" : "[batch, channels, height, width]"
    let taken =
      record.models.input == .uint8
      ? "bytes `\(axes)`, which the model normalises" : "normalised float32 `\(axes)`"
    return """
      ## Images

      \(input.height) x \(input.width) pixels, \(colours). \(resizing) A byte `v` becomes \
      `(v / 255 - mean) / deviation`, per channel.
      """
        + (models.isEmpty
          ? ""
          : " `\(models.joined(separator: "` and `"))` take\(models.count == 1 ? "s" : "") \(taken).")
  }

  private var colours: String {
    switch record.input.colourOrder {
    case "grey": "grey"
    case "RGB": "in the order red, green, blue"
    default: "\(record.input.channels) channels"
    }
  }

  private func section(_ format: ExportFormat) -> String {
    switch format {
    case .onnx:
      """
      ## ONNX

      ```python
      import numpy
      import onnxruntime

      \(preparation(record.models.input, record.models.layout))
      session = onnxruntime.InferenceSession("model.onnx", providers=["CPUExecutionProvider"])
      logits = session.run(["logits"], {"images": prepare(images)})[0]
      print(logits.argmax(1))
      ```
      """
    case .torchscript:
      """
      ## TorchScript

      ```python
      import numpy
      import torch

      \(preparation(record.models.input, record.models.layout))
      model = torch.jit.load("model.pt")
      with torch.no_grad():
          logits = model(torch.from_numpy(prepare(images)))
      print(logits.argmax(1))
      ```

      In C++: `auto model = torch::jit::load("model.pt");`
      """
    case .safetensors:
      """
      ## Safetensors

      The weights under their published names, batch norm included, for training on.

      ```python
      import json
      import numpy
      import torch
      from safetensors.torch import load_file
      from torch import nn

      \(Self.loader)

      \(preparation(.float, .nchw))
      weights = load_file("model.safetensors")
      network = build(json.load(open("config.json"))["layers"]).eval()
      with torch.no_grad():
          logits = network(torch.from_numpy(prepare(images)))
      print(logits.argmax(1))
      ```
      """
    }
  }

  /// Python that makes what a model takes of bytes `[batch, height, width, channels]`.
  private func preparation(_ input: ExportOptions.Input, _ layout: ExportOptions.Layout) -> String {
    let shape = record.input
    var lines = [
      "images = numpy.zeros((1, \(shape.height), \(shape.width), \(shape.channels)), \"uint8\")"
        + "  # put yours here", "",
      "def prepare(images):",
    ]
    if input == .float {
      lines += [
        "    mean = numpy.array(\(shape.mean), \"float32\")",
        "    deviation = numpy.array(\(shape.deviation), \"float32\")",
        "    images = (images / numpy.float32(255) - mean) / deviation",
      ]
    }
    let order = layout == .nchw ? ".transpose(0, 3, 1, 2)" : ""
    return (lines + ["    return numpy.ascontiguousarray(images\(order))", ""])
      .joined(separator: "\n")
  }

  /// Any network of `config.json` in PyTorch.
  private static let loader = """
    ACTIVATIONS = {"identity": nn.Identity, "relu": nn.ReLU, "relu6": nn.ReLU6,
                   "hardSwish": nn.Hardswish, "hardSigmoid": nn.Hardsigmoid}

    def filled(module, name):
        module.load_state_dict({key: weights[f"{name}.{key}"] for key in module.state_dict()})
        return module

    def convolution(layer):
        out, inner, kernel, _ = layer["shape"]
        groups, name = layer["groups"], layer["weight"].removesuffix(".weight")
        parts = [filled(nn.Conv2d(inner * groups, out, kernel, layer["stride"], layer["padding"],
                                  groups=groups, bias="bias" in layer), name)]
        if norm := layer.get("norm"):
            parts += [filled(nn.BatchNorm2d(out, norm["epsilon"], norm["momentum"]), norm["name"])]
        return nn.Sequential(*parts, ACTIVATIONS[layer["activation"]]())

    class Residual(nn.Module):
        def __init__(self, layer):
            super().__init__()
            self.body, self.shortcut = build(layer["body"]), build(layer.get("shortcut", []))
            self.activation = ACTIVATIONS[layer["activation"]]()

        def forward(self, x):
            return self.activation(self.body(x) + self.shortcut(x))

    class SqueezeExcitation(nn.Module):
        def __init__(self, layer):
            super().__init__()
            self.gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), convolution(layer["reduce"]),
                                      convolution(layer["expand"]))

        def forward(self, x):
            return x * self.gate(x)

    def linear(layer):
        name = layer["weight"].removesuffix(".weight")
        return nn.Sequential(nn.Flatten(), filled(nn.Linear(*layer["shape"][::-1]), name))

    LAYERS = {
        "convolution": convolution, "residual": Residual, "squeezeExcitation": SqueezeExcitation,
        "linear": linear, "globalAveragePool": lambda layer: nn.AdaptiveAvgPool2d(1),
        "maxPool": lambda layer: nn.MaxPool2d(layer["kernel"], layer["stride"], layer["padding"]),
        "averagePool": lambda layer: nn.AvgPool2d(layer["kernel"], layer["stride"], ceil_mode=True),
    }

    def build(layers):
        return nn.Sequential(*[LAYERS[layer["type"]](layer) for layer in layers])
    """

  private static func percent(_ rate: FlipReport.Rate) -> String {
    func text(_ value: Double) -> String { String(format: "%.2f", value * 100) }
    let interval = rate.interval
    return "\(text(rate.value)) [\(text(interval.lower)), \(text(interval.upper))]"
  }

  /// A name from outside, as a cell of a table: what Markdown would take for its own is a blank.
  private static func plain(_ name: String) -> String {
    String(name.map { "|`<>*[]\\".contains($0) || $0.isNewline ? " " : $0 })
  }
}
