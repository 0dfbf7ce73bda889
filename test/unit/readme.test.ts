import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { resources } from '../../nodes/AmoCrm/menu';

const ROOT = join(__dirname, '..', '..');
const TABLE = /(<!-- operations -->\n)[\s\S]*?(<!-- \/operations -->)/;

/** What Russian accounts call them. The names of the editor stand beside these. */
const IN_RUSSIAN: Record<string, string> = {
	account: 'аккаунт',
	aiAgent: 'ИИ-агент amoCRM',
	apiRequest: 'любой запрос к API',
	call: 'звонок',
	catalog: 'список',
	catalogElement: 'элемент списка, товар',
	chatTemplate: 'шаблон сообщений',
	company: 'компания',
	contact: 'контакт',
	currency: 'валюта',
	customField: 'дополнительное поле',
	customFieldGroup: 'группа полей',
	customer: 'покупатель',
	customerSegment: 'сегмент покупателей',
	customerStatus: 'статус покупателя',
	event: 'событие',
	file: 'файл',
	incomingLead: 'заявка из «Неразобранного»',
	lead: 'сделка',
	lossReason: 'причина отказа',
	note: 'примечание',
	pipeline: 'воронка',
	pipelineStage: 'этап воронки',
	productSettings: 'настройки товаров',
	role: 'роль',
	salesbot: 'Salesbot',
	shortLink: 'короткая ссылка',
	source: 'источник',
	tag: 'тег',
	talk: 'беседа',
	task: 'задача',
	transaction: 'покупка',
	user: 'пользователь',
	webhook: 'вебхук',
	websiteButton: 'кнопка на сайте',
	widget: 'виджет',
};

const sorted = [...resources].sort((a, b) => a.entity.displayName.localeCompare(b.entity.displayName));
const operationsOf = ({ operations }: (typeof sorted)[number]) => operations.map(({ name }) => name).sort().join(' · ');

/** The operations tables, out of the same declarations that make the node's UI. */
const DOCUMENTS: Array<[file: string, lines: string[]]> = [
	['README.md', ['| Resource | Operations |', '|---|---|', ...sorted.map((row) => `| ${row.entity.displayName} | ${operationsOf(row)} |`)]],
	[
		'docs/ru/operations.md',
		['| Ресурс | По-русски | Операции |', '|---|---|---|', ...sorted.map((row) => `| ${row.entity.displayName} | ${IN_RUSSIAN[row.entity.value] ?? ''} | ${operationsOf(row)} |`)],
	],
];

test('every resource has a Russian name', () => {
	expect(sorted.map(({ entity }) => entity.value).filter((value) => !(value in IN_RUSSIAN))).toEqual([]);
});

/** `UPDATE_README=1 npx jest readme` writes the tables anew. */
test.each(DOCUMENTS)('the operations of %s are those of the node', (file, lines) => {
	const path = join(ROOT, file);
	const text = readFileSync(path, 'utf8');
	const wanted = text.replace(TABLE, `$1\n${lines.join('\n')}\n\n$2`);
	if (process.env.UPDATE_README) writeFileSync(path, wanted);
	else expect(text).toBe(wanted);
});
