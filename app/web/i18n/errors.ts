import type { ErrorCode } from "refrain";

type Code =
  | ErrorCode
  | "UNEXPECTED"
  | "REQUEST_INVALID"
  | "NOT_FOUND"
  | "HOST_WRONG"
  | "ORIGIN_FOREIGN"
  | "TOKEN_WRONG"
  | "BODY_TOO_LARGE"
  | "CONTENT_TYPE_WRONG"
  | "OUT_OF_MEMORY"
  | "ENGINE_KILLED"
  | "ENGINE_CRASHED";

/** Chinese of every error by its code: what happened, and what helps. The English sentence with its details stands below. */
export const ERRORS_ZH: Readonly<Record<Code, readonly [what: string, remedy: string]>> = {
  FILE_NOT_FOUND: ["找不到文件。", "请检查路径。"],
  FILE_UNREADABLE: ["无法读取文件。", "请检查权限，并确认它是日志，或含有日志的文件夹或 zip。"],
  FILE_EMPTY: ["文件是空的。", "请提供带表头且至少一行的日志。"],
  FILE_BINARY: ["文件不是文本。", "请提供文本（CSV、TSV、JSON）或 Parquet，可为 gzip 或 zip。"],
  FILE_TRUNCATED: ["文件不完整，提前结束。", "请重新复制或下载。"],
  FILE_DAMAGED: ["文件已损坏。", "请重新复制或下载。"],
  FILE_TOO_LARGE: ["文件太大。", "请确认文件无误；若无误，请裁剪日志，或在终端中用 DuckDB 训练。"],
  FILE_TOO_WIDE: ["某一行或 JSON 对象太长。", "请检查换行、引号与括号。"],
  CHECKSUM_MISMATCH: ["校验和不符。", "模拟器在任何机器上都应给出相同字节，请附上 Node 版本报告此问题。"],
  FILE_WRITE_FAILED: ["无法写入文件。", "请检查磁盘空间与目标文件夹的权限。"],
  COLUMN_UNKNOWN: ["找不到所需的列。", "请在“数据”页面自行指定列。"],
  COLUMN_AMBIGUOUS: ["有多列符合。", "请在“数据”页面指明是哪一列。"],
  NO_EVENTS_LEFT: ["清洗之后没有剩下任何播放。", "请在“数据”页面查看去掉最多的清洗规则，并放宽它。"],
  TOO_MANY_BAD_ROWS: ["无法读取的行太多。", "请检查分隔符、编码与列，或在“数据”页面的清洗规则中允许更多不可读的行。"],
  TOO_LITTLE_DATA: ["数据太少，无法训练。", "至少需要 2 位用户或 2 段会话，每个 3 次播放，以及 2 首不同的歌曲。"],
  CONFIG_INVALID: ["某个选项不对。", "请在“训练”页面更正所指的选项；清洗规则也可在“数据”页面更正。"],
  ARGUMENT_INVALID: ["某个参数不对。", "请更正所指的参数。"],
  TOO_MANY_ITEMS: ["此方法处理不了这么多歌曲。", "请用 ials 或 item-knn，或提高歌曲最少播放数。"],
  SHAPE_MISMATCH: ["数据形状不一致。", "请确认它们属于同一份日志、划分或模型。"],
  DATABASE_UNAVAILABLE: ["DuckDB 不可用。", "请裁剪日志，或在终端运行 npm run setup 安装 DuckDB。"],
  DATABASE_FAILED: ["DuckDB 出错。", "请检查临时文件夹的磁盘空间，然后重试。"],
  ENGINE_NOT_STARTED: ["计算引擎尚未启动。", "请在创建或载入第一个模型之前调用一次 await startEngine()。"],
  ENGINE_UNAVAILABLE: ["计算引擎不可用。", "请在“设置”中选择 WebAssembly，或在终端运行 npm run setup -- --retry。"],
  MODEL_CHANGED: ["模型的 SHA-256 与所给的不符。", "请从公布该值的地方重新取得模型，或不作此项检查。"],
  STATE_BUSY: ["另一个服务正在使用状态文件夹。", "请先停止它，或换一个 --state 文件夹。"],
  STATE_DAMAGED: ["服务的播放记录已损坏。", "请从备份恢复该文件；所指那一行之前的内容是完整的。"],
  STORE_UNAVAILABLE: ["无法保存播放。", "没有确认任何内容。请检查磁盘空间，或 Redis 是否运行并写盘，然后重发。"],
  ADDRESS_UNUSABLE: ["无法在此地址监听。", "请换 --port 或 --host，或停止占用它的程序。"],
  LOSS_NOT_FINITE: ["损失不再是有限的数。", "请降低学习率或梯度裁剪上限，并检查日志中的极端值。"],
  CHECKPOINT_DAMAGED: ["检查点已损坏。", "会改用前一个检查点；若没有，请重新训练。"],
  CHECKPOINT_MISMATCH: ["检查点与此次运行不符。", "请用开始时的数据、选项、引擎与 Refrain 版本继续，或重新训练。"],
  RUN_NOT_FOUND: ["没有这个运行。", "“运行”页面列出现有的运行，已删除的也可在那里恢复。"],
  RUN_DAMAGED: ["运行文件夹缺少文件或已损坏。", "请重新训练。"],
  RUN_TOO_NEW: ["此运行由更新的版本写成。", "请用更新的 Refrain 打开。"],
  RUN_TOO_OLD: ["此运行由较早的版本写成，本版本无法读取。", "请重新训练，或用写成它的 Refrain 版本打开。"],
  RUN_BUSY: ["有运行正在训练。", "请等它结束，或将其停止。"],
  TITLE_UNKNOWN: ["没有这首歌曲。", "请用搜索框查找。"],
  USER_UNKNOWN: ["没有这位听众。", "请从列表中选择。"],
  DATASET_UNKNOWN: ["没有这个数据集。", "在终端运行 refrain data list 可列出全部名称；也可在“数据”页面拖入文件。"],
  DATASET_MISSING: ["数据集不在本机。", "请在终端运行 refrain data get 加其名称；本窗口不下载数据集。"],
  DATASET_BY_HAND: ["此数据集需手动获取。", "请按提示获取文件，再拖到“数据”页面。"],
  DATASET_CHANGED: ["数据集与已知的不同。", "没有保留任何内容。请稍后再试，或换一份副本。"],
  DATASET_DAMAGED: ["数据集已损坏。", "请删除所指文件，再在终端用 refrain data get 重新获取。"],
  DATASET_BUSY: ["另一进程正在使用此数据集。", "请等待或停止它。"],
  TERMS_NOT_ACCEPTED: ["尚未接受数据集的条款。", "请阅读条款；若同意，加 --accept-terms 再运行。"],
  DOWNLOAD_FAILED: ["下载失败。", "请检查网络后重试，会从中断处继续。"],
  ADDRESS_REFUSED: [
    "该地址的文件无法取得。",
    "请检查地址；s3:// 需设置 AWS_ACCESS_KEY_ID、AWS_SECRET_ACCESS_KEY（以及 AWS_SESSION_TOKEN）、AWS_REGION，其他服务用 AWS_ENDPOINT_URL。",
  ],
  DOWNLOAD_REFUSED: ["下载地址已变。", "请自行获取文件，并用 --from 指定。"],
  DISK_FULL: ["磁盘已满。", "请释放空间，或启动应用时改用另一磁盘上的运行文件夹，再试一次。"],
  ARCHIVE_UNSAFE: ["压缩包不安全。", "请勿手动解压，请从发布者处获取。"],
  ARCHIVE_INCOMPLETE: ["压缩包不完整。", "请确认是此数据集、此版本的文件。"],
  STUDY_MISMATCH: ["此搜索是以其他选项、日志或版本开始的。", "请用 --study 另起一个文件，或给出与开始时相同的选项。"],
  STUDY_UNREADABLE: ["无法使用此搜索文件。", "请检查路径：须是 refrain tune 的文件，或尚不存在的文件。"],
  STUDY_EMPTY: ["没有一次试验得出结果。", "请按所列原因更正，或缩小搜索空间，例如降低学习率。"],
  QUEUE_UNAVAILABLE: ["连接不上 Redis。", "请启动 Redis，并检查地址、密码与防火墙。"],
  SPLIT_INVALID: ["划分方式不可行。", "请在“训练”页面换一种划分方式，或更正日志的各部分。"],
  DISPLAY_MISSING: ["没有可显示的环境。", "请在 npm run lab 的笔记本中运行。"],
  EXPORT_UNSUPPORTED: ["此模型无法这样导出。", "请换一种 --to 或 --quantise，或按 docs/deploy.md 所列选项训练。"],
  EXPORT_EXISTS: ["目标文件夹里已有内容。", "请换一个 --out，或加 --replace。"],
  SEARCH_UNAVAILABLE: ["近似检索不可用。", "请重新运行 npm run setup，或改用精确检索。"],
  EMPTY_CASES: ["没有可评测的用例。", "请选更晚的切分时刻，或用户播放更多的日志。"],
  UNEXPECTED: ["出现意外错误。", "请重试；若再次发生，请报告下面这句话。"],
  REQUEST_INVALID: ["请求的内容不对。", "请重新加载页面后再试。"],
  NOT_FOUND: ["此地址没有内容。", "请从左侧选择页面。"],
  HOST_WRONG: ["这不是本应用的地址。", "请打开 npm run app 给出的地址。"],
  ORIGIN_FOREIGN: ["其他页面不能访问本应用。", "请打开 npm run app 给出的地址。"],
  TOKEN_WRONG: ["密钥缺失或不对。", "请打开 npm run app 给出的地址。"],
  BODY_TOO_LARGE: ["请求太大。", "请缩短历史。"],
  CONTENT_TYPE_WRONG: ["请求的内容不是 JSON。", "请重新加载页面后再试。"],
  OUT_OF_MEMORY: ["引擎内存不足。", "请缩小模型、减少每批目标数或使用更小的日志，然后继续。"],
  ENGINE_KILLED: ["引擎被外部终止。", "请关闭其他程序，然后从上一个检查点继续。"],
  ENGINE_CRASHED: ["引擎意外结束。", "请从上一个检查点继续；若再次发生，请在“设置”中选择 WebAssembly，再重新训练。"],
};

/**
 * English remedies in the words of the window, where those of the table name options of the command line. A terminal is named
 * only for what the window cannot do: it downloads no data set and installs nothing.
 */
export const REMEDIES: Readonly<Partial<Record<Code, string>>> = {
  FILE_NOT_FOUND: "Check the path, or drop the file on the screen Data.",
  FILE_TOO_LARGE: "Check that this is the right file; if it is, cut the log, or train on it in a terminal with DuckDB.",
  COLUMN_UNKNOWN: "Choose the columns yourself on the screen Data.",
  COLUMN_AMBIGUOUS: "Say on the screen Data which column is meant.",
  NO_EVENTS_LEFT: "See on the screen Data which cleaning rule removes most, and relax it there.",
  TOO_MANY_BAD_ROWS:
    "Check separator, encoding and columns, or allow more unreadable rows among the cleaning rules on the screen Data.",
  CONFIG_INVALID:
    "Correct the named option on the screen Train; a cleaning rule can be corrected on the screen Data, too.",
  ENGINE_UNAVAILABLE: "Choose WebAssembly under Settings, or run npm run setup -- --retry in a terminal.",
  DATABASE_UNAVAILABLE: "Cut the log, or run npm run setup in a terminal: it installs DuckDB.",
  DATABASE_FAILED: "Check free disk space in the folder for temporary files, then try again.",
  RUN_NOT_FOUND: "The screen Runs lists what is here; a deleted run can be brought back there.",
  TITLE_UNKNOWN: "Find the song with the search box.",
  USER_UNKNOWN: "Choose a listener from the list, or start with an empty history.",
  DATASET_UNKNOWN: "In a terminal, refrain data list shows the names. Or drop a file on the screen Data.",
  DATASET_MISSING: "Get it in a terminal with refrain data get and its name; this window downloads no data set.",
  DATASET_BY_HAND: "Fetch the file as told, then drop it on the screen Data.",
  DATASET_DAMAGED:
    "Remove the named file if it is there, then get the data set again in a terminal with refrain data get.",
  DISK_FULL: "Free some space, or start the app with a folder of runs on another disk, and try again.",
  SPLIT_INVALID: "Choose another kind of split on the screen Train, or correct the parts of the log.",
  ENGINE_CRASHED:
    "Resume from the last checkpoint. If it happens again, choose WebAssembly under Settings and train anew.",
};

/** An error in the language of the window: what happened, what helps, and the exact words where the title is a translation. */
export function errorText(
  language: "en" | "zh",
  { code, message, remedy }: { readonly code: string; readonly message: string; readonly remedy: string | null },
): { readonly title: string; readonly remedy: string | null; readonly exact: string | null } {
  if (!Object.hasOwn(ERRORS_ZH, code)) return { title: message, remedy, exact: null };
  if (language === "en") return { title: message, remedy: REMEDIES[code as Code] ?? remedy, exact: null };
  const [title, help] = ERRORS_ZH[code as Code];
  return { title, remedy: help, exact: message };
}
