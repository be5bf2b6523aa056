// Colours made of the brand's one, so that whatever it is can be read.
const ENOUGH = 4.5;

function channels(colour) {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}

function luminance(rgb) {
  const [red, green, blue] = rgb.map((value) => {
    const part = value / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

// Black or white on the brand's colour, whichever is easier to read.
export function readableOn(colour) {
  const rgb = channels(colour);
  return contrast(rgb, [255, 255, 255]) >= contrast(rgb, [23, 26, 31]) ? "#ffffff" : "#171a1f";
}

// The colour, mixed with black or white until it can be read on the paper.
export function readable(colour, paper) {
  const [rgb, ground] = [channels(colour), channels(paper)];
  const goal = luminance(ground) > 0.5 ? 0 : 255;
  for (let share = 0; share < 1; share += 0.1) {
    const mixed = rgb.map((value) => Math.round(value + (goal - value) * share));
    if (contrast(mixed, ground) >= ENOUGH) return `rgb(${mixed.join(" ")})`;
  }
  return goal ? "#ffffff" : "#000000";
}
