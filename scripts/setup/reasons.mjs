// Why a step did not work, each with one remedy, in English and Chinese.

export const reasons = {
  installOffline: {
    en: () =>
      "The npm registry was not reached. Check the network; behind a wall set a mirror: npm config set registry <address>",
    zh: () => "无法连接 npm 源。请检查网络,或设置镜像:npm config set registry https://registry.npmmirror.com",
  },
  installProxy: {
    en: () => "The proxy refused or was not reached. Check HTTPS_PROXY and: npm config get proxy",
    zh: () => "代理拒绝连接或不可达。请检查 HTTPS_PROXY 以及:npm config get proxy",
  },
  installCertificate: {
    en: () =>
      "The registry's certificate is not trusted. Give Node your organisation's: NODE_EXTRA_CA_CERTS=<file.pem>",
    zh: () => "npm 源的证书不受信任。请指定所在机构的证书:NODE_EXTRA_CA_CERTS=<文件.pem>",
  },
  installDisk: {
    en: () => "The disk is full. Packages need about 600 MB, native TensorFlow 1.4 GB more. Free some space.",
    zh: () => "磁盘已满。依赖包约需 600 MB,原生 TensorFlow 另需 1.4 GB。请清理空间。",
  },
  installPermission: {
    en: () => "A file may not be written. Make this folder and ~/.npm yours, and run without sudo.",
    zh: () => "没有写入权限。请确保本目录与 ~/.npm 归当前用户所有,且不要使用 sudo。",
  },
  installLockfile: {
    en: () => "package.json and package-lock.json disagree. Bring them together: npm install",
    zh: () => "package.json 与 package-lock.json 不一致。请运行:npm install",
  },
  installIntegrity: {
    en: () => "A package arrived damaged. Clear npm's cache: npm cache clean --force",
    zh: () => "下载的包校验失败。请清理缓存:npm cache clean --force",
  },
  installRegistry: {
    en: () => "The registry refused or lacks a package. See which one is asked: npm config get registry",
    zh: () => "npm 源拒绝访问或缺少某个包。请检查:npm config get registry",
  },
  installUnknown: {
    en: () => "npm ci failed; its words stand above.",
    zh: () => "npm ci 失败,输出见上方。",
  },

  notInstalled: {
    en: () => "the package @tensorflow/tfjs-node is absent (npm was told to omit optional packages).",
    zh: () => "缺少 @tensorflow/tfjs-node(npm 跳过了可选依赖)。",
  },
  doesNotLoad: {
    en: (how, why) =>
      `${{ there: "the installed addon", official: "the official build", wheel: "the built addon" }[how]} does not load (${why}).`,
    zh: (how, why) =>
      `${{ there: "已安装的插件", official: "官方版本", wheel: "编译出的插件" }[how]}无法加载(${why})。`,
  },
  kernelsPlatform: {
    en: () => "they need GCC or Clang, which setup does not use on Windows.",
    zh: () => "需要 GCC 或 Clang,Windows 上的安装程序不使用它们。",
  },
  kernelsWrong: {
    en: (why) => `they do not run here (${why}).`,
    zh: (why) => `无法在本机运行(${why})。`,
  },
  illegalInstruction: {
    en: () => "this processor lacks an instruction it uses",
    zh: () => "处理器缺少所需指令",
  },
  noAvx: {
    en: () => "this processor has no AVX instructions.",
    zh: () => "处理器不支持 AVX 指令。",
  },
  hostUnreached: {
    en: (host, why) => `${host} was not reached (${why}).`,
    zh: (host, why) => `无法连接 ${host}(${why})。`,
  },
  officialFailed: {
    en: (why) => `its installer failed (${why}).`,
    zh: (why) => `安装程序失败(${why})。`,
  },
  noWheel: {
    en: (platform) => `none with the libraries for ${platform}.`,
    zh: (platform) => `没有适用于 ${platform} 的版本。`,
  },
  noRoom: {
    en: (free, needed) => `${needed} MB of disk are needed and ${free} MB are free.`,
    zh: (free, needed) => `需要 ${needed} MB 磁盘空间,仅剩 ${free} MB。`,
  },
  noCompiler: {
    en: (remedy) => `no C++ compiler (${remedy}).`,
    zh: (remedy) => `没有 C++ 编译器(${remedy})。`,
  },
  noPip: {
    en: (remedy) => `no Python with pip (${remedy}).`,
    zh: (remedy) => `没有带 pip 的 Python(${remedy})。`,
  },
  pipUnreached: {
    en: () => "pip's index was not reached (set a mirror: PIP_INDEX_URL=<address>).",
    zh: () => "无法连接 pip 源(可设镜像:PIP_INDEX_URL=https://pypi.tuna.tsinghua.edu.cn/simple)。",
  },
  pipNothing: {
    en: (platform) => `pip's index has none for ${platform}.`,
    zh: (platform) => `pip 源中没有适用于 ${platform} 的版本。`,
  },
  pipFailed: {
    en: (why) => `pip failed (${why}).`,
    zh: (why) => `pip 失败(${why})。`,
  },
  wheelStrange: {
    en: (why) => `${why}.`,
    zh: (why) => `内容有问题:${why}。`,
  },
  noHeaders: {
    en: () => "Node's headers are not beside Node, and the npm registry did not give node-api-headers.",
    zh: () => "Node 旁没有头文件,npm 源也未能提供 node-api-headers。",
  },
  compileFailed: {
    en: (why) => `the addon did not compile (${why}).`,
    zh: (why) => `插件编译失败(${why})。`,
  },
};
