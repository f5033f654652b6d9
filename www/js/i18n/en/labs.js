export const labs = {
  'tab.generate': 'Generate',

  'labs.yours': 'yours',
  'labs.testDigit': 'test {digit}',
  'labs.another': 'Another of its class',
  'labs.play': 'Play',
  'labs.pause': 'Pause',
};
