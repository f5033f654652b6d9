export const latent = {
  'latent.title': '潜在空间',
  'latent.slider': 'z{index}',
  'latent.row': '第 {index} 维：均值 {mu}，标准差 {sigma}，KL {kl} 纳特',
  'latent.toMean': 'z = μ',
  'latent.toMean.title': '让编码回到均值',
  'latent.sample': 'z = μ + σ·ε',
  'latent.sample.title': '按编码器给出的分布随机取一个编码',
  'latent.sliders': '编码的各个维度，信息多的在前',
  'latent.carries': 'z{index} 平均携带 {nats} 奈特的 KL（测试数字的平均）',
  'latent.traversal': 'z{index} 的作用',
};
