export const samples = {
  'samples.title': '想象出的数字',
  'samples.caption': '从 N(0, 1) 取 z 再解码',
  'samples.label': '由随机编码解码出的 {count} 个数字',
  'samples.resample': '重新采样',
};
