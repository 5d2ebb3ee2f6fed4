/** For commands that write texts of their own. The view of a run may import from src/stats/ only, so it lives there. */
export {
  isUtf8,
  type Marks,
  marks,
  paint,
  plainStyle,
  type Style,
  styleFor,
  wantsColour,
  wrap,
} from '../stats/style.js'
