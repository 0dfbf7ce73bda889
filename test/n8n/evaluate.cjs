// Evaluates expressions in the engine that n8n runs in production (isolated-vm), with n8n's own modules under Node 24.
// Called as: node evaluate.cjs <folder of n8n> < [{ "expression": "={{ ... }}", "self": {...}, "json": {...} }] > [value, ...]
// `self` is what $self gives in a credential, `json` the data of the item that goes into a node.
const { createRequire } = require('node:module');
const { join } = require('node:path');
const { text } = require('node:stream/consumers');

async function main() {
	const n8nRequire = createRequire(join(process.argv[2], 'node_modules', 'n8n', 'package.json'));
	const { Expression, Workflow } = n8nRequire('n8n-workflow');
	await Expression.initExpressionEngine({ engine: 'vm', bridgeTimeout: 5000, bridgeMemoryLimit: 128, maxCodeCacheSize: 1024, poolSize: 1 });
	const node = { id: '1', name: 'Test', type: 'test', typeVersion: 1, position: [0, 0], parameters: {} };
	const nodeTypes = { getByName: () => undefined, getByNameAndVersion: () => undefined, getKnownTypes: () => ({}) };
	const workflow = new Workflow({ nodes: [node], connections: {}, active: false, nodeTypes });
	await workflow.expression.acquireIsolate?.();
	const cases = JSON.parse(await text(process.stdin));
	const values = cases.map(({ expression, self, json }) =>
		json
			? workflow.expression.getParameterValue(expression, null, 0, 0, node.name, [{ json }], 'internal', {})
			: workflow.expression.getComplexParameterValue(node, expression, 'internal', {}, undefined, undefined, self),
	);
	process.stdout.write(JSON.stringify(values.map((value) => value ?? null)), () => process.exit(0));
}

main().catch((error) => {
	console.error(error);
	process.exit(1);
});
