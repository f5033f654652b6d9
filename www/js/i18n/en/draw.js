export const draw = {
  'draw.title': 'Draw a digit',
  'draw.label': 'Sketchpad. Draw with pointer or pen. Keyboard: arrow keys move the pen, space puts it down or lifts it, Ctrl+Z takes the last stroke back, Delete clears.',
  'draw.undo': 'Undo',
  'draw.clear': 'Clear',
  'draw.examples': 'or take one:',
  'draw.example': 'Example digit {digit}',
  'draw.blank': 'Draw here',
  'draw.pen': 'pen at {x}, {y}; {down}',
  'draw.penDown': 'down',
  'draw.penUp': 'up',

  'input.title': 'what it sees',
  'input.label': 'The drawing as 28 by 28 grey pixels',
  'input.caption': '28 × 28 pixels, scaled and centred as in MNIST',
};
