import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { INode, IWorkflowBase } from 'n8n-workflow';

/**
 * The examples as n8n's template library wants them: a title that begins with a verb, one yellow note that tells all, a white
 * note behind each group of nodes, and a description in five sections. `npm run templates` writes them below
 * `.work/templates`, to be handed in on n8n's creator portal. Source of the form: n8n's template submission and sticky note
 * guidelines, as others have read them in September 2026.
 */

const ROOT = join(__dirname, '..');
const RECIPES = join(ROOT, 'docs', 'recipes');
const RAW = 'https://raw.githubusercontent.com/n8n-nodes-amocrm-kommo/n8n-nodes-amocrm-kommo/main/docs';
const PAGES = 'https://github.com/n8n-nodes-amocrm-kommo/n8n-nodes-amocrm-kommo/blob/main/docs/recipes/';

const TITLES: Record<string, string> = {
	'agent-answers-chat': 'Answer chats in amoCRM with an AI agent',
	'call-becomes-contact': 'Create contacts and tasks for amoCRM leads named after a phone number',
	'form-file': 'Attach a file from a form to an amoCRM lead',
	'missed-calls': 'Turn missed calls into tasks in amoCRM',
	'overdue-tasks': 'Move overdue tasks in amoCRM to tomorrow',
	'sales-by-manager': 'Sum up won leads in amoCRM by manager',
	'salesbot-greeting': 'Greet new leads in amoCRM with a Salesbot',
	'website-incoming-leads': 'Accept or decline website requests in amoCRM by rules',
	'website-requests': 'Turn website requests into leads in amoCRM',
	'won-leads-by-polling': 'Note and thank for won leads in amoCRM without webhooks',
};

export interface Template {
	/** Name of the recipe's page. */
	page: string;
	workflow: IWorkflowBase;
	description: string;
}

interface Recipe {
	who: string;
	how: string;
	takes: string;
	adapt: string;
}

const read = (...path: string[]): string => readFileSync(join(ROOT, ...path), 'utf8');

/** What a page says; its links lead to the repository. */
function recipeOf(page: string): Recipe {
	const [text = '', adapt = ''] = read('docs', 'recipes', `${page}.md`)
		.replace(/<picture>[\s\S]*?<\/picture>\n*/g, '')
		.replace(/ \[The workflow\]\([^)]*\)/, '')
		.replace(/\]\((?!https:)([^)]+)\)/g, (_, link: string) => `](${new URL(link, PAGES).href})`)
		.split('## Adapt it\n');
	const [, who = '', ...how] = text.trim().split('\n\n');
	const row = read('docs', 'recipes', 'README.md').split('\n').find((line) => line.includes(`](${page}.md)`));
	return { who, how: how.join('\n\n'), takes: row?.split(' | ')[1] ?? '', adapt: adapt.trim() };
}

const SETUP = [
	'1. Install `n8n-nodes-amocrm-kommo` under *Settings → Community nodes*.',
	'2. Create a credential for your amoCRM or Kommo account and choose it in each amoCRM node.',
	'3. Try it first: *Dry Run* in the options of the nodes that write shows what they would send.',
].join('\n');

const requirements = ({ takes }: Recipe): string =>
	['an amoCRM or Kommo account whose plan includes the API', ...takes.replace(/^nothing but (?:an account$)?/, '').split(', ')].filter(Boolean).map((need) => `- ${need}`).join('\n');

const isAmoCrm = ({ type }: INode): boolean => type.startsWith('n8n-nodes-amocrm-kommo.');

/** Nodes that stand beside each other and are of one kind; what hangs below a node belongs to it. */
function groupsOf({ nodes, connections }: IWorkflowBase): INode[][] {
	const ownerOf = (node: INode): string | undefined => Object.entries(connections[node.name] ?? {}).flatMap(([kind, ends]) => (kind === 'main' ? [] : ends.flat()))[0]?.node;
	const groups: INode[][] = [];
	for (const node of nodes.filter((each) => ownerOf(each) === undefined).sort((a, b) => a.position[0] - b.position[0] || a.position[1] - b.position[1])) {
		const last = groups.at(-1)?.at(-1);
		if (last && isAmoCrm(last) === isAmoCrm(node)) groups.at(-1)?.push(node);
		else groups.push([node]);
	}
	return groups.map((group) => [...group, ...nodes.filter((node) => group.some(({ name }) => name === ownerOf(node)))]);
}

interface Note {
	name: string;
	content: string;
	position: [number, number];
	size: [number, number];
	/** n8n's number of the colour; yellow when left out. */
	color?: number;
}

const note = ({ name, content, position, size: [width, height], color }: Note): INode => ({
	id: name.toLowerCase().replaceAll(' ', '-'),
	name,
	type: 'n8n-nodes-base.stickyNote',
	typeVersion: 1,
	position,
	parameters: { content, width, height, ...(color === undefined ? {} : { color }) },
});

const WHITE = 7;
/** Width and height of a node with its label, and the air around. */
const NODE = { width: 120, height: 160, air: 40, heading: 80 };

function behind(group: INode[], index: number): INode {
	const xs = group.map(({ position }) => position[0]);
	const ys = group.map(({ position }) => position[1]);
	const left = Math.min(...xs) - NODE.air;
	const top = Math.min(...ys) - NODE.air - NODE.heading;
	const [first] = group;
	const heading = index === 0 ? 'Starts here' : first && isAmoCrm(first) ? 'In amoCRM' : 'In n8n';
	return note({
		name: `Note ${index + 1}`,
		content: `### ${heading}\n${group.map(({ name }) => name).join(', ')}`,
		position: [left, top],
		size: [Math.max(...xs) - left + NODE.width, Math.max(...ys) - top + NODE.height],
		color: WHITE,
	});
}

function templateOf(page: string): Template {
	const recipe = recipeOf(page);
	const title = TITLES[page];
	const [, file = ''] = /examples\/en\/([\w-]+\.json)/.exec(read('docs', 'recipes', `${page}.md`)) ?? [];
	if (title === undefined || file === '') throw new Error(`The recipe ${page} has no title in scripts/templates.ts, or names no example`);
	const example = JSON.parse(read('examples', 'en', file)) as IWorkflowBase;
	const nodes = example.nodes.filter(({ type }) => !type.endsWith('.stickyNote')).map((node): INode => ({ ...node, credentials: undefined }));
	const groups = groupsOf({ ...example, nodes });
	const overview = note({
		name: 'Overview',
		content: `## ${title}\n${recipe.who}\n\n### How it works\n${recipe.how}\n\n### Setup\n${SETUP}\n\n### Customize\n${recipe.adapt.split('\n').slice(0, 2).join('\n')}`,
		position: [Math.min(...nodes.map(({ position }) => position[0])) - 760, -300],
		size: [600, 640],
	});
	const sections = nodes.length < 4 ? [] : groups.map(behind);
	const description = [
		`![${title}](${RAW}/pictures/${page}.webp)`,
		'> Self-hosted n8n: this template uses the community node `n8n-nodes-amocrm-kommo`.',
		`### Who's it for\n${recipe.who}`,
		`### How it works\n${recipe.how}`,
		`### How to set up\n${SETUP}`,
		`### Requirements\n${requirements(recipe)}`,
		`### How to customize\n${recipe.adapt}`,
	].join('\n\n');
	return { page, workflow: { ...example, name: title, nodes: [overview, ...sections, ...nodes] }, description: `${description}\n` };
}

export const templates = (): Template[] =>
	readdirSync(RECIPES)
		.filter((file) => file !== 'README.md')
		.map((file) => templateOf(basename(file, '.md')));

if (require.main === module) {
	const folder = join(ROOT, '.work', 'templates');
	mkdirSync(folder, { recursive: true });
	for (const { page, workflow, description } of templates()) {
		writeFileSync(join(folder, `${page}.json`), `${JSON.stringify(workflow, null, 2)}\n`);
		writeFileSync(join(folder, `${page}.md`), description);
	}
	console.log(`${folder} has the examples for n8n's template library`);
}
