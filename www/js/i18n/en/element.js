export const element = {
  'element.label': 'VAE Playground',
  'element.notLoaded': 'The playground could not be loaded. Is the connection there?',
  'element.notOpened': 'The model that was asked for could not be opened.',
  'element.again': 'Try again',
};
