export default {
  mode: 'production',
  entry: './src/main.js',
  output: { filename: 'main.js' },
  experiments: { topLevelAwait: true },
  // The weights are large; nothing else may be warned of.
  performance: { hints: false },
};
