/// What a report can do beyond showing itself, for readers who allow it: sort a table by a click on a
/// heading, find the row of a point and the point of a row, open what is folded before printing.
///
/// No brackets that open and no ampersands, which HTML and XML read differently.
enum PageScript {
  static let text = """
    'use strict';
    document.querySelectorAll('table.sortable').forEach(function (table) {
      var body = table.tBodies[0];
      Array.from(table.tHead.rows[0].cells).forEach(function (head, column) {
        head.setAttribute('data-sort', '');
        head.title = 'Sort by this column';
        head.addEventListener('click', function () {
          var turn = head.getAttribute('data-sort') === 'down' ? 1 : -1;
          head.setAttribute('data-sort', turn === 1 ? 'up' : 'down');
          var value = function (row) {
            var text = row.cells[column].textContent, number = parseFloat(text.replace(/,/g, ''));
            return isNaN(number) ? text : number;
          };
          Array.from(body.rows).sort(function (a, b) {
            var x = value(a), y = value(b);
            if (typeof x === typeof y) return x === y ? 0 : x > y ? turn : -turn;
            return typeof x === 'number' ? -1 : 1;
          }).forEach(function (row) { body.appendChild(row); });
        });
      });
    });
    var find = function (number, isClick) {
      document.querySelectorAll('.found').forEach(function (old) { old.classList.remove('found'); });
      document.querySelectorAll('[data-point="' + number + '"]').forEach(function (one) {
        one.classList.add('found');
        if (isClick) if (one.tagName === 'TR') {
          var folded = one.closest('details');
          if (folded) folded.open = true;
          one.scrollIntoView({block: 'nearest'});
        }
      });
    };
    document.addEventListener('click', function (event) {
      var point = event.target.closest('circle[data-point]');
      if (point) find(point.getAttribute('data-point'), true);
    });
    document.addEventListener('mouseover', function (event) {
      var row = event.target.closest('tr[data-point]');
      if (row) find(row.getAttribute('data-point'), false);
    });
    window.addEventListener('beforeprint', function () {
      document.querySelectorAll('details').forEach(function (one) { one.open = true; });
    });
    """
}
