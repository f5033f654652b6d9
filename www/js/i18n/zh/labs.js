export const labs = {
  'tab.generate': '生成',

  'labs.yours': '你的',
  'labs.testDigit': '测试 {digit}',
  'labs.another': '换一个同类数字',
  'labs.play': '播放',
  'labs.pause': '暂停',
};
