import { selectionOf } from '../entities/list';
import { html, type Markup } from '../html/escape';
import { pagingOf, textsOf, type Query } from '../http/query';
import type { EntityRow, EntityType, LeadRow, TaskRow } from '../store/rows';
import { walk } from '../store/table';
import { avatar, cardLink, cardPath, linked, stageBadge, tagList, taskState, version } from './parts';
import { shownFields } from './values';
import type { View } from './view';

/** Tables of leads, contacts, companies and tasks: newest changes first, found by name, phone, email or any text. */

const ROWS = 50;

interface Cell {
	title: string;
	value: Markup | string;
	number?: boolean;
	/** Beside the value in a narrow window, where the column has no title. */
	label?: string;
}

interface Found<T> {
	rows: T[];
	total: number;
	page: number;
}

export const LISTED = ['leads', 'contacts', 'companies'] as const;
export type Listed = (typeof LISTED)[number];

export function entityList(view: View, type: Listed): Markup {
	const { predicates } = selectionOf(view.world, type, view.query);
	const sorted = walk(view.world.account.entities(type).sortedBy('updated_at'), true);
	const found = cut(view, sorted, (row) => !row.is_deleted && !row.is_unsorted && predicates.every((matches) => matches(row)));
	return table(view, view.texts[type], found, type, (row) => COLUMNS[type](view, row));
}

export function taskList(view: View): Markup {
	const search = textsOf(view.query.query)?.[0]?.toLowerCase();
	const byDeadline = [...view.world.account.tasks.values()].sort(
		(a, b) => Number(a.is_completed) - Number(b.is_completed) || a.complete_till - b.complete_till || a.id - b.id,
	);
	const found = cut(view, byDeadline, ({ text }) => search === undefined || text.toLowerCase().includes(search));
	return table(view, view.texts.tasks, found, 'tasks', (task) => taskCells(view, task));
}

function cut<T>(view: View, rows: Iterable<T>, matches: (row: T) => boolean): Found<T> {
	const { page } = pagingOf(view.query);
	const found: Found<T> = { rows: [], total: 0, page };
	for (const row of rows) {
		if (!matches(row)) continue;
		if (Math.floor(found.total / ROWS) === page - 1) found.rows.push(row);
		found.total += 1;
	}
	return found;
}

function table<T extends { id: number; updated_at: number }>(
	view: View,
	title: string,
	{ rows, total, page }: Found<T>,
	type: EntityType | 'tasks',
	cellsOf: (row: T) => Cell[],
): Markup {
	const { texts } = view;
	const cells = rows.map((row) => ({ row, cells: cellsOf(row) }));
	const search = textsOf((view.query as Query).query)?.[0] ?? '';
	return html`<header class="bar"><h1>${title}</h1>
		<form class="search" method="get"><input type="search" name="query" value="${search}" placeholder="${texts.search}" aria-label="${texts.search}"></form>
		<span class="sums">${texts.total}: <b>${view.number(total)}</b></span>
		${type === 'leads' ? html`<a class="switch" href="/">${texts.pipeline}</a>` : ''}</header>
	<div class="list">${
		cells.length === 0
			? html`<p class="empty">${texts.nothing}</p>`
			: html`<table data-list="${type}"><thead><tr>${cells[0]?.cells.map((cell) => html`<th${cell.number ? html` class="number"` : ''}>${cell.title}</th>`)}</tr></thead>
			<tbody>${cells.map(
				({ row, cells: own }) => html`<tr data-key="${type}-${row.id}" data-version="${version(row)}" data-href="${cardPath(type, row.id)}">${own.map(
					(cell) => html`<td data-title="${cell.label ?? cell.title}"${cell.number ? html` class="number"` : ''}>${cell.value}</td>`,
				)}</tr>`,
			)}</tbody></table>${pager(view, page, total, search)}`
	}</div>`;
}

function pager({ texts, path }: View, page: number, total: number, search: string): Markup {
	const last = Math.ceil(total / ROWS);
	if (last <= 1) return html``;
	const href = (to: number) => `${path}?${new URLSearchParams({ page: String(to), ...(search === '' ? {} : { query: search }) }).toString()}`;
	return html`<p class="pager">${page > 1 ? html`<a href="${href(page - 1)}">← ${texts.previous}</a>` : ''} <span>${page} / ${last}</span> ${
		page < last ? html`<a href="${href(page + 1)}">${texts.next} →</a>` : ''
	}</p>`;
}

const names = (view: View, type: EntityType, id: number, target: EntityType): Markup[] =>
	linked(view, type, id, target).slice(0, 3).map(({ row }, index) => html`${index > 0 ? ', ' : ''}${cardLink(target, row)}`);

function fieldText(view: View, type: EntityType, row: EntityRow, code: string): string {
	return shownFields(view, type, row).find((field) => field.code === code)?.text ?? '';
}

const COLUMNS: Record<Listed, (view: View, row: EntityRow) => Cell[]> = {
	leads(view, row) {
		const lead = row as LeadRow;
		const { texts } = view;
		return [
			{ title: texts.name, value: cardLink('leads', lead) },
			{ title: texts.stage, value: stageBadge(view.world.account.status(lead.pipeline_id, lead.status_id)) },
			{ title: texts.price, value: view.money(lead.price_with_minor_units), number: true },
			{ title: texts.contact, value: html`${names(view, 'leads', lead.id, 'contacts')}` },
			{ title: texts.company, value: html`${names(view, 'leads', lead.id, 'companies')}` },
			...ownedCells(view, 'leads', row),
		];
	},
	contacts(view, row) {
		const { texts } = view;
		return [
			{ title: texts.name, value: cardLink('contacts', row) },
			{ title: texts.company, value: html`${names(view, 'contacts', row.id, 'companies')}` },
			{ title: texts.position, value: fieldText(view, 'contacts', row, 'POSITION') },
			{ title: texts.phone, value: fieldText(view, 'contacts', row, 'PHONE') },
			{ title: texts.email, value: fieldText(view, 'contacts', row, 'EMAIL') },
			...ownedCells(view, 'contacts', row),
		];
	},
	companies(view, row) {
		const { texts } = view;
		return [
			{ title: texts.name, value: cardLink('companies', row) },
			{ title: texts.contact, value: html`${names(view, 'companies', row.id, 'contacts')}` },
			{ title: texts.phone, value: fieldText(view, 'companies', row, 'PHONE') },
			{ title: texts.address, value: fieldText(view, 'companies', row, 'ADDRESS') },
			...ownedCells(view, 'companies', row),
		];
	},
};

const ownedCells = (view: View, type: EntityType, row: EntityRow): Cell[] => [
	{ title: view.texts.tags, value: row.tag_ids.length === 0 ? '' : html`<span class="tags">${tagList(view, type, row)}</span>` },
	{ title: '', label: view.texts.responsible, value: avatar(view, row.responsible_user_id) },
	{ title: view.texts.updated, value: html`<time>${view.date(row.updated_at)}</time>` },
];

function taskCells(view: View, task: TaskRow): Cell[] {
	const { texts, world } = view;
	const { entity_type, entity_id } = task;
	const target = entity_type && entity_id !== null ? world.account.entities(entity_type).get(entity_id) : undefined;
	const state = taskState(view, task);
	return [
		{ title: texts.due, value: html`<time>${view.dateTime(task.complete_till)}</time>` },
		{ title: texts.taskType, value: world.account.info.task_types.find(({ id }) => id === task.task_type_id)?.name ?? `#${task.task_type_id}` },
		{ title: texts.task, value: cardLink('tasks', task) },
		{ title: texts.linked, value: entity_type && target ? cardLink(entity_type, target) : '' },
		{ title: texts.status, value: html`<span class="state ${state.kind}">${state.label}</span>` },
		{ title: texts.result, value: task.result?.text ?? '' },
		{ title: '', label: texts.responsible, value: avatar(view, task.responsible_user_id) },
	];
}
