import type { INode } from 'n8n-workflow';

import { templates } from '../../../scripts/templates';

/** What n8n's template library asks of a template. */

const TEMPLATES = templates().map((template) => ({ ...template, title: template.workflow.name }));
const words = (text: string) => text.split(/\s+/).filter((word) => /\w/.test(word)).length;
const isNote = ({ type }: INode) => type.endsWith('.stickyNote');
const contentOf = ({ parameters }: INode) => String(parameters.content);
const isInside = ({ position: [x, y] }: INode, { position: [left, top], parameters: { width, height } }: INode) =>
	x > left && y > top && x < left + Number(width) && y < top + Number(height);

test('every one has a title of its own, in plain words', () => {
	expect(TEMPLATES.length).toBeGreaterThan(8);
	expect(new Set(TEMPLATES.map(({ title }) => title)).size).toBe(TEMPLATES.length);
	for (const { title } of TEMPLATES) expect(title).toMatch(/^[A-Z][a-z]+ [\w ]+$/);
});

test.each(TEMPLATES)('$title', ({ workflow: { nodes }, description }) => {
	const [overview, ...sections] = nodes.filter(isNote);
	const own = nodes.filter((node) => !isNote(node));
	expect(overview?.parameters.color).toBeUndefined();
	expect(contentOf(overview as INode)).toMatch(/### How it works\n[\s\S]+### Setup\n/);
	expect(words(contentOf(overview as INode))).toBeGreaterThanOrEqual(100);
	expect(words(contentOf(overview as INode))).toBeLessThanOrEqual(300);
	expect(own.filter((node) => isInside(node, overview as INode))).toEqual([]);

	for (const section of sections) expect(words(contentOf(section))).toBeLessThan(50);
	const held = own.map((node) => sections.filter((section) => isInside(node, section)).length);
	expect(held).toEqual(own.map(() => (own.length < 4 ? 0 : 1)));

	expect(nodes.filter(({ credentials }) => credentials)).toEqual([]);
	const headings = [...description.matchAll(/^### (.+)$/gm)].map(([, heading]) => heading);
	expect(headings).toEqual(["Who's it for", 'How it works', 'How to set up', 'Requirements', 'How to customize']);
	expect(description).toMatch(/^!\[[^\]]+\]\(https:/);
	expect(description).not.toMatch(/\]\((?!https:)|<\w+|undefined/);
	expect(words(description)).toBeGreaterThan(120);
});
