// A rectangle of cells that is touched: what the pad and the map have in common.

// Where a pointer is, in cells: the middle of the first cell is [0, 0].
export const placeOf = (surface, { clientX, clientY }, { rows, columns }) => {
  const { left, top, width, height } = surface.getBoundingClientRect();
  return [(clientY - top) / height * rows - 0.5, (clientX - left) / width * columns - 0.5];
};

export const clampCell = ([row, column], { rows, columns }) =>
  [Math.min(Math.max(Math.round(row), 0), rows - 1), Math.min(Math.max(Math.round(column), 0), columns - 1)];

// The cell one key away, undefined for other keys.
export const step = ([row, column], key, { rows, columns }) => {
  const next = { ArrowUp: [row - 1, column], ArrowDown: [row + 1, column], ArrowLeft: [row, column - 1],
    ArrowRight: [row, column + 1], Home: [row, 0], End: [row, columns - 1], PageUp: [0, column], PageDown: [rows - 1, column] }[key];
  return next && clampCell(next, { rows, columns });
};

// Puts the frame around a cell.
export const frame = (surface, [row, column]) => {
  surface.style.setProperty("--row", row);
  surface.style.setProperty("--column", column);
};
