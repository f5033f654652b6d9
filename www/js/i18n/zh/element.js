export const element = {
  'element.label': 'VAE 游乐场',
  'element.notLoaded': '游乐场无法加载。网络是否正常？',
  'element.notOpened': '无法打开所要求的模型。',
  'element.again': '重试',
};
