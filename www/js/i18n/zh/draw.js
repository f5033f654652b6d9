export const draw = {
  'draw.title': '写一个数字',
  'draw.label': '画板。用鼠标、手指或笔书写。键盘：方向键移动笔，空格键落笔或抬笔，Ctrl+Z 撤销上一笔，Delete 清空。',
  'draw.undo': '撤销',
  'draw.clear': '清空',
  'draw.examples': '或选一个：',
  'draw.example': '示例数字 {digit}',
  'draw.blank': '在这里写',
  'draw.pen': '笔在 {x}, {y}；{down}',
  'draw.penDown': '已落笔',
  'draw.penUp': '已抬笔',

  'input.title': '模型所见',
  'input.label': '所写内容变成 28 乘 28 的灰度像素',
  'input.caption': '28 × 28 像素，按 MNIST 的方式缩放并居中',
};
