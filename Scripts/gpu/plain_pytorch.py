"""MobileNetV3 as anyone would write it in PyTorch: what RegNAS is timed against on a GPU.

Prints one JSON object a line. Widths and strides are those of the presets `mobilenetv3-w1.0`
(Once-for-All's published supernet) and `mobilenetv3-small`; the number of parameters is printed, to be
compared with that of `regnas`.
"""

import argparse
import json
import random
import time

import torch
from torch import nn

# width, stride, blocks at most, activation, squeeze-excitation
PRESETS = {
    "mobilenetv3-w1.0": dict(
        channels=3, size=224, classes=1000, stem=16, first=16, expand=960, feature=1280,
        kernels=(3, 5, 7), depths=(2, 3, 4),
        stages=[(24, 2, nn.ReLU, False), (40, 2, nn.ReLU, True), (80, 2, nn.Hardswish, False),
                (112, 1, nn.Hardswish, True), (160, 2, nn.Hardswish, True)]),
    "mobilenetv3-small": dict(
        channels=1, size=28, classes=10, stem=16, first=8, expand=144, feature=192,
        kernels=(3, 5), depths=(1, 2, 3),
        stages=[(24, 2, nn.ReLU, False), (32, 2, nn.Hardswish, True), (48, 1, nn.Hardswish, True)]),
}


def divisible(value, by=8):
    result = max(by, int(value + by / 2) // by * by)
    return result + by if result < 0.9 * value else result


class SqueezeExcitation(nn.Module):
    def __init__(self, channels):
        super().__init__()
        inner = divisible(channels // 4)
        self.reduce, self.expand = nn.Conv2d(channels, inner, 1), nn.Conv2d(inner, channels, 1)

    def forward(self, x):
        y = self.expand(torch.relu(self.reduce(x.mean((2, 3), keepdim=True))))
        return x * nn.functional.hardsigmoid(y)


def normalized(inputs, outputs, kernel, stride, activation, groups=1):
    layers = [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
              nn.BatchNorm2d(outputs)]
    return layers + ([activation()] if activation else [])


class Block(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride, ratio, activation, squeezed, shortcut):
        super().__init__()
        inner = divisible(inputs * ratio)
        layers = normalized(inputs, inner, 1, 1, activation) if ratio > 1 else []
        layers += normalized(inner, inner, kernel, stride, activation, groups=inner)
        layers += [SqueezeExcitation(inner)] if squeezed else []
        self.layers = nn.Sequential(*layers, *normalized(inner, outputs, 1, 1, None))
        self.shortcut = shortcut

    def forward(self, x):
        return x + self.layers(x) if self.shortcut else self.layers(x)


def network(preset, choose):
    """`choose` picks one of some choices: max for the largest network."""
    p = PRESETS[preset]
    layers = normalized(p["channels"], p["stem"], 3, 2 if p["size"] > 64 else 1, nn.Hardswish)
    layers.append(
        Block(p["stem"], p["first"], 3, 1, 1, nn.ReLU, False, p["stem"] == p["first"]))
    inputs = p["first"]
    for width, stride, activation, squeezed in p["stages"]:
        for block in range(choose(p["depths"])):
            layers.append(
                Block(inputs, width, choose(p["kernels"]), stride if block == 0 else 1,
                      choose((3, 4, 6)), activation, squeezed, block > 0))
            inputs = width
    layers += normalized(inputs, p["expand"], 1, 1, nn.Hardswish)
    layers += [nn.AdaptiveAvgPool2d(1), nn.Conv2d(p["expand"], p["feature"], 1, bias=False),
               nn.Hardswish(), nn.Flatten(), nn.Linear(p["feature"], p["classes"])]
    return nn.Sequential(*layers)


def seconds(body, rounds):
    for _ in range(3):
        body()
    best = float("inf")
    for _ in range(rounds):
        torch.cuda.synchronize()
        start = time.perf_counter()
        body()
        torch.cuda.synchronize()
        best = min(best, time.perf_counter() - start)
    return best


def training(preset, batch, precision, rounds):
    """Steps of SGD with Nesterov's momentum on the largest network, images on the device."""
    device = torch.device("cuda")
    tf32 = precision != "float32"
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = tf32
    p = PRESETS[preset]
    model = network(preset, max).to(device, memory_format=torch.channels_last)
    images = torch.randn(batch, p["channels"], p["size"], p["size"], device=device)
    images = images.contiguous(memory_format=torch.channels_last)
    labels = torch.randint(p["classes"], (batch,), device=device)
    optimizer = torch.optim.SGD(model.parameters(), 0.01, momentum=0.9, nesterov=True,
                                weight_decay=1e-4)

    def step():
        with torch.autocast("cuda", torch.bfloat16, enabled=precision == "bfloat16"):
            loss = nn.functional.cross_entropy(model(images), labels, label_smoothing=0.1)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    took = seconds(step, rounds)
    return dict(what="training", preset=preset, precision=precision, batch=batch,
                milliseconds=1e3 * took, imagesPerSecond=batch / took,
                parameters=sum(w.numel() for w in model.parameters()))


@torch.no_grad()
def evaluation(preset, calibration, images, batch, count):
    """Random architectures, each calibrated and then run on all images, in float32."""
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    device = torch.device("cuda")
    p = PRESETS[preset]
    draw = random.Random(1)

    def noise(total):
        return [torch.randn(min(batch, total - i), p["channels"], p["size"], p["size"],
                            device=device).contiguous(memory_format=torch.channels_last)
                for i in range(0, total, batch)]

    known, judged = noise(calibration), noise(images)
    networks = [network(preset, draw.choice).to(device, memory_format=torch.channels_last)
                for _ in range(count + 2)]

    def judge(model):
        model.train()
        for x in known:
            model(x)
        model.eval()
        return torch.cat([model(x).argmax(1) for x in judged]).cpu()

    for model in networks[:2]:
        judge(model)
    torch.cuda.synchronize()
    start = time.perf_counter()
    for model in networks[2:]:
        judge(model)
    took = (time.perf_counter() - start) / count
    return dict(what="evaluation", preset=preset, calibrationImages=calibration, images=images,
                millisecondsPerArchitecture=1e3 * took, architecturesPerSecond=1 / took)


def new_shapes():
    """What the first convolution of a shape costs beside the ones after it, in float32."""
    torch.backends.cudnn.allow_tf32 = False
    took = {}
    for name, groups, order in (("depthwise, channels last", 0, torch.channels_last),
                                ("depthwise, channels first", 0, torch.contiguous_format),
                                ("1 x 1, channels last", 1, torch.channels_last)):
        first = after = 0
        for channels in range(48, 144, 8):
            kernel = 1 if groups else 5
            x = torch.randn(250, channels, 14, 14, device="cuda").contiguous(memory_format=order)
            w = torch.randn(channels, channels if groups else 1, kernel, kernel, device="cuda")
            w = w.contiguous(memory_format=order)
            for again in (False, True):
                torch.cuda.synchronize()
                start = time.perf_counter()
                nn.functional.conv2d(x, w, None, 1, kernel // 2, 1, groups or channels)
                torch.cuda.synchronize()
                passed = 1e3 * (time.perf_counter() - start) / 12
                first, after = first + passed * (not again), after + passed * again
        took[name] = dict(first=first, after=after)
    return dict(what="milliseconds of a convolution of a new shape", **took)


def copies(megabytes=38):
    """Copies of a batch to the device."""
    device = torch.device("cuda")
    pinned = torch.empty(megabytes << 20, dtype=torch.uint8, pin_memory=True)
    pageable = torch.empty(megabytes << 20, dtype=torch.uint8)
    took = {}
    for name, source in (("pageable", pageable), ("pinned", pinned)):
        took[name] = seconds(lambda: source.to(device, non_blocking=True), 10)
    return dict(what="copies", megabytes=megabytes,
                **{k + "GBPerSecond": megabytes / 1024 / v * 1.073741824 for k, v in took.items()})


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rounds", type=int, default=8)
    options.add_argument("--batch", type=int, default=256)
    options.add_argument("--small-batch", type=int, default=256)
    options.add_argument("--calibration", type=int, default=2000)
    options.add_argument("--images", type=int, default=10000)
    options.add_argument("--architectures", type=int, default=5)
    options = options.parse_args()
    print(json.dumps(new_shapes()), flush=True)
    for preset, batch in (("mobilenetv3-w1.0", options.batch),
                          ("mobilenetv3-small", options.small_batch)):
        for precision in ("float32", "tf32", "bfloat16"):
            print(json.dumps(training(preset, batch, precision, options.rounds)), flush=True)
    print(json.dumps(evaluation("mobilenetv3-small", options.calibration, options.images, 1000,
                                options.architectures)), flush=True)
    print(json.dumps(copies()), flush=True)


if __name__ == "__main__":
    main()
