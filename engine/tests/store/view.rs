use stepwright_engine::store::{SqliteStore, SqliteView, Store, StoreView};

use crate::store::support::{everything, fill, start, temporary_store};

#[test]
fn the_number_of_a_view_differs_after_commits_only() {
    let (folder, path) = temporary_store();
    let mut store = SqliteStore::open(&path).expect("it opens");
    fill(&mut store, 2);
    let mut paths = vec![path.clone()];
    #[cfg(unix)]
    {
        let link = folder.path().join("link.db");
        std::os::unix::fs::symlink(&path, &link).expect("a link");
        paths.push(link);
    }
    let views: Vec<SqliteView> = paths.iter().map(SqliteView::new).collect();
    let changes = || views.iter().map(StoreView::change).collect::<Vec<_>>();
    let before = changes();
    for view in &views {
        let mut reader = view.reader().expect("a reader");
        assert_eq!(everything(&mut *reader).len(), 2);
    }
    assert_eq!(changes(), before);
    store.commit(&[start(3, 10)]).expect("it is committed");
    let after = changes();
    assert!(
        before
            .iter()
            .zip(&after)
            .all(|(before, after)| before != after)
    );
    drop(store);
    assert_ne!(changes(), after, "the log is copied to the file");
    assert_eq!(views[0].name(), "orders.db");
    drop(folder);
}
