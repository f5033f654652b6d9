export const samples = {
  'samples.title': 'Imagined digits',
  'samples.caption': 'z drawn from N(0, 1), decoded',
  'samples.label': '{count} digits decoded from random codes',
  'samples.resample': 'Resample',
};
