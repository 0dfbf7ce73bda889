import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { resources } from '../../nodes/AmoCrm/menu';

const FILE = join(__dirname, '..', '..', 'README.md');
const TABLE = /(<!-- operations -->\n)[\s\S]*?(<!-- \/operations -->)/;

/** The operations table, out of the same declarations that make the node's UI. */
function operationsTable(): string {
	const rows = [...resources]
		.sort((a, b) => a.entity.displayName.localeCompare(b.entity.displayName))
		.map(({ entity, operations }) => `| ${entity.displayName} | ${operations.map(({ name }) => name).sort().join(' · ')} |`);
	return ['| Resource | Operations |', '|---|---|', ...rows].join('\n');
}

/** `UPDATE_README=1 npx jest readme` writes the table anew. */
test("README's operations are those of the node", () => {
	const readme = readFileSync(FILE, 'utf8');
	const wanted = readme.replace(TABLE, `$1\n${operationsTable()}\n\n$2`);
	if (process.env.UPDATE_README) writeFileSync(FILE, wanted);
	else expect(readme).toBe(wanted);
});
