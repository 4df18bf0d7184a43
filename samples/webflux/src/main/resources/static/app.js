import { watchRing } from './ring.js';
import { showFiles } from './files.js';
import { followLog } from './log.js';

watchRing();
showFiles(followLog);
