export const network = {
  'encoder.title': '编码器',
  'encoder.caption': '把像素变成均值和标准差',

  'decoder.title': '解码器',
  'decoder.caption': '把编码变回像素',

  'network.label': '各层的大小：{sizes}',

  'output.title': '重建',
  'output.label': '解码器根据编码画出的图像',
  'output.caption': '解码器画出的结果',
};
